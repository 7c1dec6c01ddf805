-- Memory: files of agents' workspaces, their pieces, two word indexes over these, and vectors.
CREATE TABLE memory_files (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    path TEXT NOT NULL,
    rule TEXT NOT NULL,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    day INTEGER,
    UNIQUE (agent_id, path)
);

-- AUTOINCREMENT: a place in a pack never comes to mean another piece.
CREATE TABLE memory_chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    hash BLOB NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    pack INTEGER,
    slot INTEGER
);

CREATE INDEX memory_chunks_by_file ON memory_chunks (file_id);
CREATE INDEX memory_chunks_by_hash ON memory_chunks (hash);
CREATE INDEX memory_chunks_by_pack ON memory_chunks (pack) WHERE pack IS NOT NULL;
CREATE INDEX memory_chunks_unpacked ON memory_chunks (agent_id, id) WHERE pack IS NULL;

CREATE VIRTUAL TABLE memory_words USING fts5(text, content='memory_chunks', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE memory_grams USING fts5(text, content='memory_chunks', content_rowid='id', tokenize='trigram');

CREATE TRIGGER memory_chunks_in AFTER INSERT ON memory_chunks BEGIN
    INSERT INTO memory_words (rowid, text) VALUES (new.id, new.text);
    INSERT INTO memory_grams (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER memory_chunks_out AFTER DELETE ON memory_chunks BEGIN
    INSERT INTO memory_words (memory_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO memory_grams (memory_grams, rowid, text) VALUES ('delete', old.id, old.text);
END;

CREATE TABLE memory_models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dimensions INTEGER NOT NULL
);

-- Exact vectors (16-bit floats) by the hash of their text: also the cache that spares a second embedding.
CREATE TABLE memory_vectors (
    id INTEGER PRIMARY KEY,
    model_id INTEGER NOT NULL,
    hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (model_id, hash)
);

-- The same as one byte a number, some dozens in a row of 64 KiB, for the first look at all of them.
CREATE TABLE memory_packs (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    model_id INTEGER NOT NULL,
    used INTEGER NOT NULL,
    live INTEGER NOT NULL,
    slots BLOB NOT NULL
);

CREATE INDEX memory_packs_by_agent ON memory_packs (agent_id, model_id);

CREATE TABLE memory_codes (
    pack INTEGER PRIMARY KEY,
    codes BLOB NOT NULL
);
