using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Publishes the events of one run in order: numbers them, paces text, and lets pending text out before anything
/// else. Thread-safe; events leave one at a time.</summary>
internal sealed class RunPublisher : IDisposable
{
    private static ReadOnlySpan<byte> Silence => "NO_REPLY"u8;

    private readonly Lock _gate = new();
    private readonly Run _run;
    private readonly RunEventHub _hub;
    private readonly TimeProvider _time;
    private readonly RunLoad _load;
    private readonly DeltaPacer _pacer;
    private readonly TurnText _text = new();
    private readonly TurnText _thinking = new();
    private int _messages;
    private string _itemId = "";
    private bool _held = true; // the message may still turn out to be NO_REPLY
    private bool _ended;

    /// <summary>Creates a publisher; it lives as long as the run.</summary>
    public RunPublisher(Run run, RunEventHub hub, TimeProvider time, RunLoad load)
    {
        _run = run;
        _hub = hub;
        _time = time;
        _load = load;
        _pacer = new DeltaPacer(time, OnDue);
        run.TextSource = ReadText;
        BeginMessage();
    }

    /// <summary>Whether the run's text has no room for more.</summary>
    public bool IsFull => _text.IsFull || _thinking.IsFull;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Text of the current message.</summary>
    public string MessageText
    {
        get
        {
            lock (_gate)
            {
                return _text.MessageText;
            }
        }
    }

    /// <summary>Reasoning of the current message.</summary>
    public string MessageThinking
    {
        get
        {
            lock (_gate)
            {
                return _thinking.MessageText;
            }
        }
    }

    /// <summary>Reasoning of the whole run.</summary>
    public string RunThinking
    {
        get
        {
            lock (_gate)
            {
                return _thinking.RunText;
            }
        }
    }

    /// <summary>Text of the whole run.</summary>
    public string ReadText()
    {
        lock (_gate)
        {
            return _text.RunText;
        }
    }

    /// <summary>Starts the next message of the run.</summary>
    public void BeginMessage()
    {
        lock (_gate)
        {
            FlushText();
            _text.BeginMessage();
            _thinking.BeginMessage();
            _held = true;
            _itemId = $"{_run.Id}:{++_messages}";
        }
    }

    /// <summary>Appends answer text and publishes it now or soon.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        lock (_gate)
        {
            _text.Append(utf8);
            if (_ended || (_held && (_run.Request.IsSilent is not null || MayBeSilence(_text.Message))))
            {
                return;
            }

            _held = false;
            if (_pacer.MayPass(_text.EscapedBytes, _hub.Audience, _load.Running))
            {
                FlushText();
            }
        }
    }

    /// <summary>Appends reasoning and publishes it now or soon.</summary>
    public void Thinking(ReadOnlySpan<byte> utf8)
    {
        lock (_gate)
        {
            _thinking.Append(utf8);
            if (!_ended && _pacer.MayPass(_thinking.EscapedBytes, _hub.Audience, _load.Running))
            {
                FlushText();
            }
        }
    }

    /// <summary>Ends the message: text that looked like a silent answer and is not goes out; a silent one is forgotten.</summary>
    /// <returns>Whether the answer was exactly <c>NO_REPLY</c>.</returns>
    public bool EndMessage()
    {
        lock (_gate)
        {
            if (_held && (_run.Request.IsSilent?.Invoke(_text.MessageText) == true || Trim(_text.Message).SequenceEqual(Silence)))
            {
                _text.DropMessage();
                return true;
            }

            _held = false;
            FlushText();
            return false;
        }
    }

    public void Phase(string phase, string? note = null, int? position = null) =>
        Publish(seq => new RunPhaseEvent(_run, seq, Now, phase, note, position));

    public void Started(bool again = false) => Publish(seq => new RunStartedEvent(_run, seq, Now, again));

    public void Model(string? provider, string? model) =>
        Publish(seq => new RunModelEvent(_run, seq, Now, provider, model));

    public void Usage(long outputTokens) => Publish(seq => new RunUsageEvent(_run, seq, Now, outputTokens));

    public void Accepted() => PublishAside(new RunAcceptedEvent(_run, _run.LastSeq, Now));

    public void EntryStored(TranscriptEntry entry, bool waited = false) => PublishAside(new RunEntryStoredEvent(_run, _run.LastSeq, Now, entry, waited));

    public void StartedOver(string reason) => PublishAside(new RunResetEvent(_run, _run.LastSeq, Now, reason));

    public void Compaction(bool starts, bool completed, bool willRetry, string? reason) =>
        Publish(seq => new RunCompactionEvent(_run, seq, Now, starts, completed, willRetry, reason));

    public void Steered(IReadOnlyList<string> runIds) => PublishAside(new RunSteeredEvent(_run, _run.LastSeq, Now, runIds));

    public void Finishing(string stopReason, RunResult? failed) =>
        Publish(seq => new RunFinishingEvent(_run, seq, Now, stopReason, failed));

    public void ToolStarted(ToolCall call, string title, JsonElement arguments) => Publish(
        seq => new RunToolStartedEvent(_run, _run.NextSeq(), seq, Now, call.Id, call.Name, title, arguments));

    public void ToolEnded(ToolCall call, string title, ToolResult result, long startedAtMs, bool refused = false) => Publish(
        seq => new RunToolEndedEvent(
            _run, seq, _run.NextSeq(), Now, call.Id, call.Name, title, result.Text, result.Details, result.IsError, startedAtMs,
            call.Name is "exec" or "apply_patch" ? _run.NextSeq() : 0, refused));

    public void Plan(JsonElement card) => Publish(seq => new RunPlanEvent(_run, seq, Now, card));

    public void ToolOutput(ToolCall call, string title, string output) => Publish(
        seq => new RunToolOutputEvent(_run, seq, _run.NextSeq(), _run.NextSeq(), Now, call.Id, call.Name, title, output));

    public void Approval(ToolCall call, PendingApproval approval, bool ended) =>
        Publish(seq => new RunApprovalEvent(_run, seq, Now, call.Id, approval, ended ? approval.Decision : null));

    /// <summary>Publishes the end, once, and completes the run. Later events are dropped.</summary>
    public void Ended(RunResult result)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            FlushText();
            _ended = true;
            _run.IsOver = true;
            _run.TextSource = null;
            _run.TextSoFar = result.Text;
            _hub.Publish(new RunEndedEvent(_run, _run.NextSeq(), Now, result));
        }

        _run.Complete(result);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _pacer.Dispose();
        lock (_gate)
        {
            _ended = true;
            _run.TextSource = null;
            _text.Dispose();
            _thinking.Dispose();
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \r\n\t"u8);

    private static bool MayBeSilence(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> trimmed = Trim(text);
        return text.Length <= 32 && trimmed.Length <= Silence.Length && Silence.StartsWith(trimmed);
    }

    private void Publish(Func<long, RunEvent> make)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            if (!_held)
            {
                FlushText();
            }

            _hub.Publish(make(_run.NextSeq()));
        }
    }

    // What is told of the session beside the run does not count among the run's own events.
    private void PublishAside(RunEvent told)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            if (!_held)
            {
                FlushText();
            }

            _hub.Publish(told);
        }
    }

    private void OnDue()
    {
        lock (_gate)
        {
            _pacer.Disarm();
            if (!_ended)
            {
                FlushText();
            }
        }
    }

    private void FlushText()
    {
        if (_ended)
        {
            return;
        }

        if (_thinking.HasPending)
        {
            TextPiece piece = _thinking.Take();
            _hub.Publish(new RunThinkingEvent(_run, _run.NextSeq(), Now, piece.Delta, piece.Message));
            _pacer.Passed();
        }

        if (!_held && _text.HasPending)
        {
            TextPiece piece = _text.Take();
            _hub.Publish(new RunTextEvent(
                _run, _run.NextSeq(), Now, _itemId, piece.Delta, piece.Message, piece.RunDelta, piece.Run));
            _pacer.Passed();
        }
    }
}
