namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the tables of memory. Parameters are listed in the order they are bound.</summary>
internal static class MemoryTable
{
    /// <summary>agent.</summary>
    public const string Files = "SELECT id, path, rule, hash, size, modified_ms FROM memory_files WHERE agent_id = $1";

    /// <summary>None.</summary>
    public const string Agents = "SELECT DISTINCT agent_id FROM memory_files ORDER BY agent_id";

    /// <summary>agent, path.</summary>
    public const string HasFile = "SELECT COUNT(*) FROM memory_files WHERE agent_id = $1 AND path = $2";

    /// <summary>agent.</summary>
    public const string HasAny = "SELECT EXISTS (SELECT 1 FROM memory_files WHERE agent_id = $1)";

    /// <summary>agent, path, rule, hash, size, modified, day.</summary>
    public const string PutFile =
        """
        INSERT INTO memory_files (agent_id, path, rule, hash, size, modified_ms, day) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (agent_id, path) DO UPDATE SET rule = excluded.rule, hash = excluded.hash, size = excluded.size,
            modified_ms = excluded.modified_ms, day = excluded.day
        RETURNING id
        """;

    /// <summary>file, modified.</summary>
    public const string TouchFile = "UPDATE memory_files SET modified_ms = $2 WHERE id = $1";

    /// <summary>file.</summary>
    public const string DeleteFile = "DELETE FROM memory_files WHERE id = $1";

    /// <summary>file.</summary>
    public const string PlacesOfFile = "SELECT pack, slot FROM memory_chunks WHERE file_id = $1 AND pack IS NOT NULL ORDER BY pack";

    /// <summary>file.</summary>
    public const string DeleteChunks = "DELETE FROM memory_chunks WHERE file_id = $1";

    /// <summary>file, agent, first line, last line, hash, heading, text.</summary>
    public const string InsertChunk =
        "INSERT INTO memory_chunks (file_id, agent_id, first_line, last_line, hash, heading, text) VALUES ($1, $2, $3, $4, $5, $6, $7)";

    /// <summary>agent, model, limit. Unpacked pieces and their vector where it is known.</summary>
    public const string Unpacked =
        """
        SELECT c.id, c.hash, c.heading, c.text, v.vector
        FROM memory_chunks c LEFT JOIN memory_vectors v ON v.model_id = $2 AND v.hash = c.hash
        WHERE c.agent_id = $1 AND c.pack IS NULL ORDER BY c.id LIMIT $3
        """;

    /// <summary>agent.</summary>
    public const string CountUnpacked = "SELECT COUNT(*) FROM memory_chunks WHERE agent_id = $1 AND pack IS NULL";

    /// <summary>agent. Files, pieces, bytes of text, pieces with a vector.</summary>
    public const string Counts =
        """
        SELECT (SELECT COUNT(*) FROM memory_files WHERE agent_id = $1), COUNT(*), COALESCE(SUM(LENGTH(text)), 0), COUNT(NULLIF(pack, 0))
        FROM memory_chunks WHERE agent_id = $1
        """;

    /// <summary>name.</summary>
    public const string FindModel = "SELECT id, dimensions FROM memory_models WHERE name = $1";

    /// <summary>name, dimensions.</summary>
    public const string InsertModel = "INSERT INTO memory_models (name, dimensions) VALUES ($1, $2) RETURNING id";

    /// <summary>model.</summary>
    public const string DeleteModel = "DELETE FROM memory_models WHERE id = $1";

    /// <summary>model.</summary>
    public const string DeleteVectorsOfModel = "DELETE FROM memory_vectors WHERE model_id = $1";

    /// <summary>agent. The model that an agent's packs were made with.</summary>
    public const string ModelOfAgent =
        "SELECT m.name FROM memory_packs p JOIN memory_models m ON m.id = p.model_id WHERE p.agent_id = $1 ORDER BY p.id DESC LIMIT 1";

    /// <summary>model, hash, vector.</summary>
    public const string PutVector = "INSERT OR REPLACE INTO memory_vectors (model_id, hash, vector) VALUES ($1, $2, $3)";

    /// <summary>model, piece.</summary>
    public const string VectorOfChunk =
        "SELECT v.vector FROM memory_chunks c JOIN memory_vectors v ON v.model_id = $1 AND v.hash = c.hash WHERE c.id = $2";

    /// <summary>agent, model, capacity. A pack with room.</summary>
    public const string OpenPack =
        """
        SELECT p.id, p.used, p.live, p.slots, c.codes FROM memory_packs p JOIN memory_codes c ON c.pack = p.id
        WHERE p.agent_id = $1 AND p.model_id = $2 AND p.used < $3 ORDER BY p.id DESC LIMIT 1
        """;

    /// <summary>agent, model, used, live, slots.</summary>
    public const string InsertPack =
        "INSERT INTO memory_packs (agent_id, model_id, used, live, slots) VALUES ($1, $2, $3, $4, $5) RETURNING id";

    /// <summary>pack, used, live, slots.</summary>
    public const string UpdatePack = "UPDATE memory_packs SET used = $2, live = $3, slots = $4 WHERE id = $1";

    /// <summary>pack, codes.</summary>
    public const string PutCodes = "INSERT OR REPLACE INTO memory_codes (pack, codes) VALUES ($1, $2)";

    /// <summary>piece, hash, pack, slot. Nothing where the piece is gone meanwhile.</summary>
    public const string PlaceChunk = "UPDATE memory_chunks SET pack = $3, slot = $4 WHERE id = $1 AND hash = $2 AND pack IS NULL";

    /// <summary>pack.</summary>
    public const string SlotsOfPack = "SELECT used, live, slots FROM memory_packs WHERE id = $1";

    /// <summary>pack.</summary>
    public const string DeletePack = "DELETE FROM memory_packs WHERE id = $1";

    /// <summary>pack.</summary>
    public const string DeleteCodes = "DELETE FROM memory_codes WHERE pack = $1";

    /// <summary>pack.</summary>
    public const string ReleaseChunks = "UPDATE memory_chunks SET pack = NULL, slot = NULL WHERE pack = $1";

    /// <summary>agent, model, limit. Packs of another model, and such that are mostly empty.</summary>
    public const string WornPacks =
        "SELECT id FROM memory_packs WHERE agent_id = $1 AND (model_id <> $2 OR (live * 4 < used AND used > 7)) LIMIT $3";

    /// <summary>agent, model.</summary>
    public const string Codes =
        "SELECT p.used, p.slots, c.codes FROM memory_packs p JOIN memory_codes c ON c.pack = p.id WHERE p.agent_id = $1 AND p.model_id = $2";

    /// <summary>agent, query of words, limit. Best first.</summary>
    public const string Words =
        """
        SELECT c.id, w.rank FROM memory_words w JOIN memory_chunks c ON c.id = w.rowid
        WHERE memory_words MATCH $2 AND c.agent_id = $1 ORDER BY w.rank LIMIT $3
        """;

    /// <summary>query of words, limit. How many pieces have it, counted up to the limit.</summary>
    public const string CountWord = "SELECT COUNT(*) FROM (SELECT 1 FROM memory_words WHERE memory_words MATCH $1 LIMIT $2)";

    /// <summary>agent, query of three-letter pieces, limit. Best first.</summary>
    public const string Grams =
        """
        SELECT c.id, w.rank FROM memory_grams w JOIN memory_chunks c ON c.id = w.rowid
        WHERE memory_grams MATCH $2 AND c.agent_id = $1 ORDER BY w.rank LIMIT $3
        """;

    /// <summary>agent, part of the text, limit.</summary>
    public const string Holding = "SELECT id FROM memory_chunks WHERE agent_id = $1 AND instr(text, $2) > 0 LIMIT $3";

    /// <summary>agent, exact path, end of a path, start of a name, limit. First pieces of files that are named.</summary>
    public const string Named =
        """
        SELECT c.id FROM memory_files f JOIN memory_chunks c ON c.file_id = f.id
        WHERE f.agent_id = $1 AND (f.path = $2 COLLATE NOCASE OR f.path LIKE $3 ESCAPE '\' OR f.path LIKE $4 ESCAPE '\')
        ORDER BY f.path, c.id LIMIT $5
        """;

    /// <summary>piece.</summary>
    public const string Chunk =
        """
        SELECT f.path, c.first_line, c.last_line, c.text, f.day FROM memory_chunks c JOIN memory_files f ON f.id = c.file_id WHERE c.id = $1
        """;

    /// <summary>Vectors that no text has.</summary>
    public const string CountLooseVectors =
        "SELECT COUNT(*) FROM memory_vectors v WHERE NOT EXISTS (SELECT 1 FROM memory_chunks c WHERE c.hash = v.hash)";

    /// <summary>limit. The oldest of them go.</summary>
    public const string DeleteLooseVectors =
        """
        DELETE FROM memory_vectors WHERE id IN (SELECT v.id FROM memory_vectors v
            WHERE NOT EXISTS (SELECT 1 FROM memory_chunks c WHERE c.hash = v.hash) ORDER BY v.id LIMIT $1)
        """;
}
