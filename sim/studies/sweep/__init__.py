"""Parts of a sweep: samples, jobs, workers, what is kept on disk, tables, sensitivity."""
