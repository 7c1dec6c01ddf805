using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace OpenClaw.Edge.Sessions;

/// <summary>Reads JSON lines in the original's format (see <see cref="TranscriptExport"/>) into a session. The records of a file are a
/// tree: every branch of it comes in, and the session goes on where the last record or a <c>leaf</c> record says. A damaged line is reported
/// and skipped, as a crash of the writer leaves one.</summary>
public sealed class TranscriptImport(SessionStore store)
{
    // A message with pictures is some MB; what is longer is no transcript.
    private const int MaxLineBytes = 32 << 20;
    internal const int MaxRecords = 1_000_000;
    private const int MaxProblems = 10;

    /// <summary>Whether messages lose their idempotency keys: a transcript from before a reset may hold the same ones as what follows it.</summary>
    public bool DropsKeys { get; init; }

    /// <summary>Appends the records to the session, which is made if it is missing, with the id that the file names. Records that carry an
    /// idempotency key and are stored already are skipped, so that an import that broke off can run again.</summary>
    /// <param name="key">The session.</param>
    /// <param name="source">The lines; read twice, so it must be able to seek.</param>
    /// <param name="cancellationToken">Stops between two batches; what was stored stays.</param>
    /// <exception cref="InvalidDataException">The file is none of ours, or too large in one line or in all.</exception>
    public async Task<TranscriptImportResult> ReadAsync(SessionKey key, Stream source, CancellationToken cancellationToken)
    {
        long start = source.Position;
        RecordTree tree = new();
        List<string> problems = [];
        int damaged = 0;
        string? sessionId = null;
        await foreach ((int number, ReadOnlyMemory<byte> line) in LinesAsync(source, cancellationToken))
        {
            if (!TranscriptRecord.TryRead(line, out TranscriptRecord? record, out string? problem))
            {
                damaged++;
                if (problems.Count < MaxProblems)
                {
                    problems.Add(string.Create(CultureInfo.InvariantCulture, $"line {number}: {problem}"));
                }
            }
            else if (record.Type == "session")
            {
                sessionId ??= record.Id;
            }
            else
            {
                tree.Add(record, MaxRecords);
            }
        }

        if (sessionId is null && tree.Count == 0)
        {
            throw new InvalidDataException("No transcript record found: expected JSON lines that begin with {\"type\":\"session\",…}.");
        }

        await store.CreateAsync(key, sessionId, cancellationToken);
        source.Position = start;
        int imported = await new TranscriptPlanting(store, key, DropsKeys).StoreAsync(source, cancellationToken);
        return new TranscriptImportResult(imported, tree.Count - imported, damaged, problems);
    }

    internal static async IAsyncEnumerable<(int Number, ReadOnlyMemory<byte> Line)> LinesAsync(
        Stream source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(source, new StreamPipeReaderOptions(leaveOpen: true));
        int number = 0;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> buffer = read.Buffer;
                while (TryLine(ref buffer, read.IsCompleted, out byte[] line))
                {
                    number++;
                    if (line.AsSpan().Trim(" \t\r"u8).Length > 0)
                    {
                        yield return (number, line);
                    }
                }

                if (read.IsCompleted)
                {
                    yield break;
                }

                if (buffer.Length > MaxLineBytes)
                {
                    throw new InvalidDataException(string.Create(
                        CultureInfo.InvariantCulture, $"line {number + 1} is longer than {MaxLineBytes >> 20} MiB: this is no transcript."));
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TryLine(ref ReadOnlySequence<byte> buffer, bool last, out byte[] line)
    {
        if (buffer.PositionOf((byte)'\n') is SequencePosition end)
        {
            line = buffer.Slice(0, end).ToArray();
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = last && !buffer.IsEmpty ? buffer.ToArray() : [];
        buffer = last ? buffer.Slice(buffer.End) : buffer;
        return line.Length > 0;
    }
}
