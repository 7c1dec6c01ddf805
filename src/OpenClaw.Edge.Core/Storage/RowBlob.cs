using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OpenClaw.Edge.Storage;

/// <summary>Blobs of a row without a copy on the heap: a search looks at tens of megabytes of them.</summary>
internal static class RowBlob
{
    /// <summary>The bytes of a column where SQLite holds them. Valid until the reader moves.</summary>
    public static ReadOnlySpan<byte> Blob(this DbDataReader row, int column) =>
        row is SqliteDataReader { Handle: { } statement } ? raw.sqlite3_column_blob(statement, column) : row.GetFieldValue<byte[]>(column);
}
