using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>What a look at the gateway's database shows, with or without a running gateway.</summary>
/// <param name="Schema">Its schema; 0 when it cannot be read.</param>
/// <param name="KnownSchema">The newest that this program knows.</param>
/// <param name="LogBytes">Size of the write-ahead log.</param>
/// <param name="Problem">What is wrong, for a person; null when it is whole.</param>
public sealed record DatabaseFacts(int Schema, int KnownSchema, long LogBytes, string? Problem)
{
    // Reading more than this would make the doctor wait: then the structure of the file is trusted to the gateway.
    private const long MostChecked = 1L << 30;

    /// <summary>Looks at a file that is there.</summary>
    public static DatabaseFacts Of(string path)
    {
        int known = DatabaseCopy.LatestSchema;
        long log = new FileInfo(path + "-wal") is { Exists: true } wal ? wal.Length : 0;
        try
        {
            if (!BackupPlan.IsDatabase(path))
            {
                return new DatabaseFacts(0, known, log, $"{path} is no database any more");
            }

            IReadOnlyList<string> found = new FileInfo(path).Length <= MostChecked ? DatabaseCopy.QuickCheck(path) : [];
            return new DatabaseFacts(DatabaseCopy.SchemaOf(path), known, log, found is [{ } first, ..] ? $"{path} is damaged: {first}" : null);
        }
        catch (StorageException e)
        {
            return new DatabaseFacts(0, known, log, e.Message);
        }
    }

    /// <summary>Rows of each table; empty when it cannot be read.</summary>
    public static IReadOnlyList<(string Table, long Rows)> Count(string path)
    {
        try
        {
            return File.Exists(path) ? DatabaseCopy.Count(path) : [];
        }
        catch (StorageException)
        {
            return [];
        }
    }
}
