"""What changes for hours and days, as a page: notices, special days, information lines."""
