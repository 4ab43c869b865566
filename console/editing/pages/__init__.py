"""Pages that edit a document; `console.editing.urls` says who may open them."""
