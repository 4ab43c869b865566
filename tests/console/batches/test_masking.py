import pytest

from console.batches.polling import mask


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("'accessToken' is in use.", "accessToken is in use."),
        ("The value 'kestrel' is in use.", "The value … is in use."),
        ("A token t0k-3n_x9 of ann@acme.example is known.", "A token … of … is known."),
        ("[A106201] The scope loans is not there.", "[A106201] The scope loans is not there."),
        ("In use: eyJhbGciOi.J9abc.def0", "In use: …"),
    ],
)
def test_only_plain_words_are_left_unmasked(word, expected):
    assert mask(word) == expected
