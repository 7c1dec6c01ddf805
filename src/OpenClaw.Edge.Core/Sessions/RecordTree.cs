namespace OpenClaw.Edge.Sessions;

/// <summary>Which records of a transcript file hang on which.</summary>
internal sealed class RecordTree
{
    private readonly Dictionary<string, string?> _parents = new(StringComparer.Ordinal);
    private string? _leaf;

    /// <summary>Records added.</summary>
    public int Count => _parents.Count;

    /// <summary>Adds a record. The last one added is the leaf, or what a <c>leaf</c> record points to.</summary>
    /// <exception cref="InvalidDataException">There are more than <paramref name="max"/>.</exception>
    public void Add(TranscriptRecord record, int max)
    {
        if (_parents.Count >= max)
        {
            throw new InvalidDataException($"The file has more than {max} records: split it.");
        }

        // Old files have no parents: each record then hangs on the one before.
        _parents[record.Id] = record.HasParent ? record.ParentId : _leaf;
        _leaf = record.TargetId ?? record.Id;
    }

    /// <summary>Ids from the leaf up to the root; a loop in a damaged file ends it.</summary>
    public HashSet<string> ActiveBranch()
    {
        HashSet<string> active = new(StringComparer.Ordinal);
        string? id = _leaf;
        while (id is not null && active.Add(id))
        {
            id = _parents.GetValueOrDefault(id);
        }

        return active;
    }
}
