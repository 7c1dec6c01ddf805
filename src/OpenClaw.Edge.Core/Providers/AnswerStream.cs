using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Providers;

/// <summary>Reads a streamed answer of any wire into deltas: all text of one read is one delta. Not thread-safe; one an
/// answer.</summary>
internal sealed class AnswerStream : IDisposable
{
    /// <summary>Silence before the first piece after which the person is told why.</summary>
    public static readonly TimeSpan ProgressAfter = TimeSpan.FromMilliseconds(300);

    /// <summary>The same for a server that is far: a second or two is nothing to tell there.</summary>
    public static readonly TimeSpan FarProgressAfter = TimeSpan.FromSeconds(3);

    /// <summary>How often it is told again, with the time that has passed: a cold model takes minutes from a slow disk.</summary>
    public static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    private const int MaxWholeBytes = 32 * 1024 * 1024;

    private readonly ModelServer _server;
    private readonly AnswerWire _wire;
    private readonly ModelRequest _request;
    private readonly AnswerDraft _draft = new();
    private readonly SseParser? _events;
    private readonly NdjsonReader? _lines;
    private readonly ThinkSplitter? _think;
    private readonly List<ChatDelta> _deltas = new(4);
    private ProviderException? _failure;

    /// <summary>Prepares to read an answer to a request.</summary>
    /// <param name="server">Who answers.</param>
    /// <param name="wire">How.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="tagged">Whether reasoning may come as <c>&lt;think&gt;</c> at the start of the text.</param>
    public AnswerStream(ModelServer server, AnswerWire wire, ModelRequest request, bool tagged = false)
    {
        _think = tagged ? new ThinkSplitter() : null;
        _server = server;
        _wire = wire;
        _request = request;
        _events = wire.EventStream ? new SseParser() : null;
        _lines = wire.EventStream ? null : new NdjsonReader();
    }

    /// <summary>Whether the reader has seen text or calls.</summary>
    public bool HasContent => _draft.TextBytes > 0 || _draft.ThinkingBytes > 0 || _draft.Calls.Count > 0;

    /// <summary>Posts the body and streams the answer.</summary>
    /// <param name="path">Relative to the server's root.</param>
    /// <param name="body">Writes the request; kept nowhere while the answer streams.</param>
    /// <param name="whole">Whether one JSON object is asked for in place of a stream.</param>
    /// <param name="explain">Says why nothing came for a while; without it, only who is waited for is told.</param>
    /// <param name="cancellationToken">Closes the upstream connection.</param>
    public async IAsyncEnumerable<ChatDelta> RunAsync(
        string path,
        Func<ReadOnlyMemory<byte>> body,
        bool whole,
        Func<CancellationToken, Task<ModelProgress>>? explain,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<UpstreamCall> opening = OpenAsync(path, body(), gone.Token);
        long began = _server.Clock.GetTimestamp();
        TimeSpan patience = _server.Local ? ProgressAfter : FarProgressAfter;
        while (await ExplainAsync(opening, patience, explain, gone.Token) is { } progress)
        {
            bool left = true;
            try
            {
                yield return ChatDelta.Of(After(progress, began));
                left = false;
            }
            finally
            {
                if (left)
                {
                    await gone.CancelAsync(); // the reader left while the server was still loading
                    await AbandonAsync(opening);
                }
            }

            patience = ProgressEvery;
        }

        await using UpstreamCall call = await opening;
        if (whole || (_wire.EventStream && call.MediaType == "application/json"))
        {
            byte[] all = await call.ReadToEndAsync(MaxWholeBytes);
            ReadWhole(all);
            foreach (ChatDelta delta in Deltas())
            {
                yield return delta;
            }
        }
        else
        {
            while (true)
            {
                ReadResult result = await call.ReadAsync();
                _draft.BeginRead();
                ReadOnlySequence<byte> buffer = result.Buffer;
                Drain(ref buffer, result.IsCompleted);
                call.AdvanceTo(buffer.Start, buffer.End);
                List<ChatDelta> deltas = Deltas();
                for (int i = 0; i < deltas.Count; i++)
                {
                    yield return deltas[i];
                }

                if (_failure is not null)
                {
                    throw _failure; // after the text that came with it
                }

                if (_draft.Done)
                {
                    break;
                }

                if (result.IsCompleted)
                {
                    // Some servers leave out the last mark; a finish reason says as much.
                    _draft.Done = _wire.EventStream && _draft.FinishReason is not null;
                    if (!_draft.Done)
                    {
                        throw ProviderErrors.Dropped(_server, _request.Model, null);
                    }

                    break;
                }
            }

            await call.ReadTailAsync();
        }

        _draft.BeginRead();
        _draft.FlushText();
        List<ChatDelta> rest = Deltas(last: true);
        for (int i = 0; i < rest.Count; i++)
        {
            yield return rest[i];
        }

        IReadOnlyList<ToolCall> calls = AnswerEnd.ToolCalls(_draft);
        for (int i = 0; i < calls.Count; i++)
        {
            yield return ChatDelta.Of(calls[i]);
        }

        yield return ChatDelta.Of(AnswerEnd.Finish(_server, _wire, _request, _draft, calls.Count));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _events?.Dispose();
        _lines?.Dispose();
    }

    // Some servers send the head before they load the model: what counts is the first piece.
    private async Task<UpstreamCall> OpenAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        UpstreamCall call = await UpstreamCall.PostAsync(_server, path, body, _request.Model, cancellationToken);
        try
        {
            await call.ReadFirstAsync();
            return call;
        }
        catch
        {
            await call.DisposeAsync();
            throw;
        }
    }

    private ModelProgress After(ModelProgress progress, long began) =>
        _server.Clock.GetElapsedTime(began) is { TotalSeconds: >= 1 } passed
            ? progress with { Text = $"{progress.Text} {passed.TotalSeconds:0} s" }
            : progress;

    private ModelProgress Waiting =>
        new("starting_model", $"waiting for {_request.Model} on {_server.Title}…", _server.Id, _request.Model);

    private async Task<ModelProgress?> ExplainAsync(
        Task<UpstreamCall> opening,
        TimeSpan patience,
        Func<CancellationToken, Task<ModelProgress>>? explain,
        CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task slow = Task.Delay(patience, _server.Clock, either.Token);
        if (await Task.WhenAny(opening, slow) == opening || cancellationToken.IsCancellationRequested)
        {
            await either.CancelAsync();
            return null;
        }

        try
        {
            return explain is null ? Waiting : await explain(either.Token);
        }
        catch (ProviderException)
        {
            return Waiting; // the call itself will tell
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task AbandonAsync(Task<UpstreamCall> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (Exception e) when (e is ProviderException or OperationCanceledException)
        {
            // nobody listens any more
        }
    }

    /// <summary>The text of the last read; valid until the next read.</summary>
    private List<ChatDelta> Deltas(bool last = false)
    {
        _deltas.Clear();
        for (int index = 0; index < _draft.Pieces.Count; index++) // an enumerator would be the allocation of every read
        {
            AnswerPiece piece = _draft.Pieces[index];
            if (_think is null || piece.Thinking)
            {
                Add(piece.Thinking, _draft.Utf8(piece));
                continue;
            }

            foreach ((bool thinking, ReadOnlyMemory<byte> utf8) in _think.Split(_draft.Utf8(piece)))
            {
                Add(thinking, utf8);
            }
        }

        foreach ((bool thinking, ReadOnlyMemory<byte> utf8) in last && _think is not null ? _think.End() : [])
        {
            Add(thinking, utf8);
        }

        return _deltas;
    }

    private void Add(bool thinking, ReadOnlyMemory<byte> utf8) =>
        _deltas.Add(thinking ? ChatDelta.OfThinking(utf8) : ChatDelta.OfText(utf8));

    private void ReadWhole(byte[] all)
    {
        _draft.BeginRead();
        if (!_wire.Read(all, _draft))
        {
            throw ProviderErrors.Malformed(_server, _request.Model, "an answer that is not its JSON");
        }

        if (Error() is { } failure)
        {
            throw failure;
        }

        _draft.Done = true;
    }

    private void Drain(ref ReadOnlySequence<byte> buffer, bool isFinal)
    {
        if (_events is not null)
        {
            while (!Ended && _events.TryRead(ref buffer, isFinal, out SseEvent message))
            {
                if (message.Data.SequenceEqual("[DONE]"u8))
                {
                    _draft.Done = true;
                }
                else
                {
                    Read(message.Data, isFinal && buffer.IsEmpty);
                }
            }
        }
        else
        {
            while (!Ended && _lines!.TryRead(ref buffer, isFinal, out ReadOnlySpan<byte> line))
            {
                Read(line, isFinal && buffer.IsEmpty);
            }
        }

        if (Ended)
        {
            buffer = buffer.Slice(buffer.End);
        }
        else if (buffer.Length > SseParser.MaxEventBytes)
        {
            _failure = ProviderErrors.Malformed(_server, _request.Model, "a message of more than 4 MB");
        }
    }

    private bool Ended => _draft.Done || _failure is not null;

    private void Read(ReadOnlySpan<byte> chunk, bool isLast)
    {
        if (!_wire.Read(chunk, _draft))
        {
            _failure = isLast
                ? ProviderErrors.Dropped(_server, _request.Model, null) // cut off in the middle of a message
                : ProviderErrors.Malformed(_server, _request.Model, "a chunk that is not its JSON");
        }
        else if (_draft.TooLarge || (_draft.Calls.Count > 0 && _draft.Calls[^1].TooLong))
        {
            _failure = ProviderErrors.Malformed(_server, _request.Model, "more tool calls, or longer ones, than an answer may have");
        }
        else
        {
            _failure = Error();
        }
    }

    private ProviderException? Error() =>
        _draft.Error is { } error ? ProviderErrors.InStream(_server, _request.Model, error, _draft.ErrorCode) : null;
}
