namespace OpenClaw.Edge.Sessions;

/// <summary>The second reading of a transcript file: its records become rows, branch for branch, in the order of the file.</summary>
/// <param name="store">The sessions.</param>
/// <param name="key">The session that takes them.</param>
/// <param name="dropsKeys">Whether messages lose their idempotency keys.</param>
internal sealed class TranscriptPlanting(SessionStore store, SessionKey key, bool dropsKeys)
{
    private const int BatchRows = 64;

    private readonly RecordTree _tree = new();
    private readonly List<TranscriptEntry> _batch = [];

    // Rows that bear another id here than in the file: a message that was stored before.
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);

    // What a record without a parent follows: the last row that the session had.
    private string? _base;
    private string? _current;
    private int _imported;

    /// <summary>Stores the records.</summary>
    /// <returns>Rows that are new.</returns>
    public async Task<int> StoreAsync(Stream source, CancellationToken cancellationToken)
    {
        _base = store.ReadPage(key, 1).Entries is [{ } last, ..] ? last.Id : null;
        await foreach ((_, ReadOnlyMemory<byte> line) in TranscriptImport.LinesAsync(source, cancellationToken))
        {
            if (!TranscriptRecord.TryRead(line, out TranscriptRecord? record, out _) || record.Type == "session")
            {
                continue;
            }

            string? parent = _tree.Add(record, TranscriptImport.MaxRecords);
            if (record.Entry is TranscriptEntry entry && !await IsLostAsync(entry.Id, parent, cancellationToken))
            {
                await StoreAsync(entry, cancellationToken);
                _current = entry.Id;
            }
        }

        await FlushAsync(cancellationToken);
        await ContinueAtAsync(_tree.Leaf, cancellationToken);
        return _imported;
    }

    // A row whose place cannot be made is left out, and what hangs on it too.
    private async Task<bool> IsLostAsync(string id, string? parent, CancellationToken cancellationToken)
    {
        bool lost = parent is not null && _lost.Contains(parent) || !await ContinueAtAsync(parent, cancellationToken);
        if (lost)
        {
            _lost.Add(id);
        }

        return lost;
    }

    private async Task<bool> ContinueAtAsync(string? parent, CancellationToken cancellationToken)
    {
        if (parent == _current)
        {
            return true;
        }

        await FlushAsync(cancellationToken);
        if (!await store.GraftAsync(key, parent is null ? _base : _renamed.GetValueOrDefault(parent, parent), cancellationToken))
        {
            return false;
        }

        _current = parent;
        return true;
    }

    private async Task StoreAsync(TranscriptEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Kind == TranscriptEntryKind.Reset)
        {
            await FlushAsync(cancellationToken);
            await store.ResetByAsync(key, entry, cancellationToken);
            _imported++;
            return;
        }

        _batch.Add(dropsKeys ? entry with { Message = entry.Message with { IdempotencyKey = null } } : entry);
        if (_batch.Count == BatchRows)
        {
            await FlushAsync(cancellationToken);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count == 0)
        {
            return;
        }

        IReadOnlyList<TranscriptEntry> stored = await store.AppendAsync(key, _batch, null, cancellationToken);
        for (int i = 0; i < _batch.Count; i++)
        {
            _imported += ReferenceEquals(stored[i].Message, _batch[i].Message) ? 1 : 0;
            if (stored[i].Id != _batch[i].Id)
            {
                _renamed[_batch[i].Id] = stored[i].Id;
            }
        }

        _batch.Clear();
    }
}
