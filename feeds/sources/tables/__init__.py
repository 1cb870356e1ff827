"""Tables: CSV and Parquet files of cases or readings, read with a mapping file."""
