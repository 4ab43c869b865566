"""The pages of clients, one module for each group of pages."""
