using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>A request the scripted server got, and what became of it. Thread-safe.</summary>
public sealed class ScriptedRequest
{
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource firstPiece = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ScriptedRequest(string method, string target, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        Method = method;
        Target = target;
        Path = target.Split('?')[0];
        Headers = headers;
        Body = body;
        ReceivedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>Path and query as sent.</summary>
    public string Target { get; }

    /// <summary>The path alone.</summary>
    public string Path { get; }

    /// <summary>Headers by name, in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body's bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body as JSON; throws <see cref="JsonException"/> when it is none.</summary>
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Stopwatch time at which the request was read whole.</summary>
    public long ReceivedAt { get; }

    /// <summary>Stopwatch time at which the first piece was written; 0 before.</summary>
    public long FirstPieceAt { get; private set; }

    /// <summary>Stopwatch time at which the last byte was written, or the peer was gone; 0 before.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Completes when the first piece of the answer was handed to the system.</summary>
    public Task FirstPiece => firstPiece.Task;

    /// <summary>Completes when the answer was sent to its end (also a faulty end).</summary>
    public Task Answered => answered.Task;

    /// <summary>Completes when the client closed the connection before the answer's end.</summary>
    public Task ClientGone => gone.Task;

    internal void MarkFirstPiece()
    {
        if (FirstPieceAt == 0)
        {
            FirstPieceAt = Stopwatch.GetTimestamp();
            firstPiece.TrySetResult();
        }
    }

    internal void MarkAnswered()
    {
        if (!gone.Task.IsCompleted)
        {
            EndedAt = Stopwatch.GetTimestamp();
            answered.TrySetResult();
        }
    }

    internal void MarkGone()
    {
        if (!answered.Task.IsCompleted && !gone.Task.IsCompleted)
        {
            EndedAt = Stopwatch.GetTimestamp();
            gone.TrySetResult();
        }
    }
}
