-- Windows that began as a copy of another one's first rows: what a rewind left stays as a branch. A family's first window has no row.
CREATE TABLE transcript_branches (
    session_row INTEGER NOT NULL REFERENCES sessions (row_id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    root INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    shared INTEGER NOT NULL,
    PRIMARY KEY (session_row, window)
) WITHOUT ROWID;
