namespace OpenClaw.Edge.Storage;

/// <summary>Why the database refused, by what can be done about it.</summary>
public enum StorageFailure
{
    /// <summary>The disk or quota is full: free space; writes work again as soon as there is some.</summary>
    Full,

    /// <summary>The file is damaged or no database: restore a backup.</summary>
    Corrupt,

    /// <summary>Somebody else holds the file: stop the other process.</summary>
    Locked,

    /// <summary>The file or its directory cannot be written: fix owner, mode or mount.</summary>
    ReadOnly,

    /// <summary>The disk failed under a read or write: look at the kernel log.</summary>
    Io,

    /// <summary>The file was made by a newer version: run that version, or restore the backup it made.</summary>
    NewerSchema,

    /// <summary>The database is closing: the process stops.</summary>
    Closed,

    /// <summary>The statement broke a rule of the schema: a fault of this program.</summary>
    Constraint,
}
