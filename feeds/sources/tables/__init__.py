"""Tables: CSV and Parquet files of cases or readings, read by a mapping file."""
