"""The pages of services, one module for each group of pages."""
