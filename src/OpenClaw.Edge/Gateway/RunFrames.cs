using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Gateway;

/// <summary>The text events of one run: how each begins, which never changes, and which texts only grew. One thread at a
/// time makes updates: events of a run never overlap; what is kept for watchers may be released by any.</summary>
internal sealed class RunFrames
{
    private readonly byte[] _chat;
    private readonly byte[] _agent;
    private TextStream _text = new();
    private TextStream _thinking = new();
    private readonly Lock _gate = new();
    private TextUpdate? _burst;
    private long _sentAt; // timestamp of the last update that was passed on
    private TextUpdate? _held;

    /// <summary>Prepares the frames of a run that has started.</summary>
    public RunFrames(Run run)
    {
        Run = run;
        string body = $"\"runId\":{Quote(run.Id)},\"sessionKey\":{Quote(run.SessionKey.Text)},\"agentId\":{Quote(run.SessionKey.AgentId)}";
        _chat = Encoding.UTF8.GetBytes("{\"type\":\"event\",\"event\":\"chat\",\"payload\":{" + body + ",\"seq\":");
        _agent = Encoding.UTF8.GetBytes(
            "{\"type\":\"event\",\"event\":\"agent\",\"payload\":{" + body + (RunEventEncoder.IsCall(run) ? ",\"seq\":" : ",\"isHeartbeat\":false,\"seq\":"));
    }

    /// <summary>The run.</summary>
    public Run Run { get; }

    /// <summary>A <c>chat</c> event up to its number.</summary>
    public ReadOnlySpan<byte> Chat => _chat;

    /// <summary>An <c>agent</c> event up to its number.</summary>
    public ReadOnlySpan<byte> Agent => _agent;

    /// <summary>Both events of a piece of the answer.</summary>
    public TextUpdate Text(RunTextEvent text)
    {
        if (!_text.IsContinuedBy(text.MessageEscaped.Length, text.DeltaEscaped.Length, text.RunTextEscaped.Length, text.RunDeltaEscaped.Length))
        {
            _text = new TextStream();
        }

        _text.Take(text.MessageEscaped.Length, text.RunTextEscaped.Length);
        return new TextUpdate(
            _text, this, text.Seq, text.TimestampMs, text.ItemId,
            text.MessageEscaped, text.DeltaEscaped.Length, text.RunTextEscaped, text.RunDeltaEscaped.Length);
    }

    /// <summary>The event of a piece of reasoning.</summary>
    public TextUpdate Thinking(RunThinkingEvent text)
    {
        if (!_thinking.IsContinuedBy(text.TextEscaped.Length, text.DeltaEscaped.Length, 0, 0))
        {
            _thinking = new TextStream();
        }

        _thinking.Take(text.TextEscaped.Length, 0);
        return new TextUpdate(
            _thinking, this, text.Seq, text.TimestampMs, null, text.TextEscaped, text.DeltaEscaped.Length, ReadOnlyMemory<byte>.Empty, 0);
    }

    /// <summary>Passes an update on, or keeps it together with what is kept already when the last one was passed on less than
    /// <see cref="TextPace.Burst"/> ago. The first words of a text are never kept. True when something waits.</summary>
    public bool HoldBurst(TextUpdate update, long now, long frequency, Action<RunFrames, TextUpdate> send)
    {
        lock (_gate)
        {
            if (_burst is { } kept)
            {
                _burst = null;
                if (kept.Stream == update.Stream)
                {
                    update = update.After(kept);
                }
                else
                {
                    send(this, kept);
                }
            }

            if (!update.IsFirst && (now - _sentAt) * 1000 < TextPace.Burst.TotalMilliseconds * frequency)
            {
                _burst = update;
                return true;
            }

            _sentAt = now;
            send(this, update);
            return false;
        }
    }

    /// <summary>Passes on what was kept. Every event that is not text comes after it. Thread-safe.</summary>
    public void ReleaseBurst(long now, Action<RunFrames, TextUpdate> send)
    {
        lock (_gate)
        {
            if (_burst is { } kept)
            {
                _burst = null;
                _sentAt = now;
                send(this, kept);
            }
        }
    }

    /// <summary>Keeps an update for those who only watch, together with what they have not got yet. The first words of a text
    /// are not kept. True when something waits that did not wait before.</summary>
    public bool Hold(TextUpdate update, Action<RunFrames, TextUpdate> send)
    {
        lock (_gate)
        {
            if (_held is { } held)
            {
                if (held.Stream == update.Stream)
                {
                    _held = update.After(held);
                    return false;
                }

                send(this, held);
                _held = null;
            }

            if (update.IsFirst)
            {
                send(this, update);
                return false;
            }

            _held = update;
            return true;
        }
    }

    /// <summary>Sends what was kept. Every event that is not text comes after it. Thread-safe.</summary>
    public void Release(Action<RunFrames, TextUpdate> send)
    {
        lock (_gate)
        {
            if (_held is { } held)
            {
                _held = null;
                send(this, held);
            }
        }
    }

    private static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
