"""What somebody does to the record who may do anything to the database."""
