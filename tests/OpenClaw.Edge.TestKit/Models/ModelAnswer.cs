namespace OpenClaw.Edge.TestKit.Models;

/// <summary>One answer of the scripted model: what it says, in which pieces, when, and what goes wrong.</summary>
public sealed record ModelAnswer
{
    /// <summary>The text, each piece one message on the wire.</summary>
    public IReadOnlyList<string> Pieces { get; init; } = [];

    /// <summary>With a value, the text is that many pieces of <see cref="TokenStream"/> in place of <see cref="Pieces"/>.</summary>
    public int? Tokens { get; init; }

    /// <summary>With <see cref="Tokens"/>: each piece is the moment it was made (see <see cref="TokenStream.Stamp"/>), for measuring delay.</summary>
    public bool Stamped { get; init; }

    /// <summary>What it thinks before it speaks, each piece one message on the wire.</summary>
    public IReadOnlyList<string> Thinking { get; init; } = [];

    /// <summary>Tools it calls after the text.</summary>
    public IReadOnlyList<ScriptedToolCall> ToolCalls { get; init; } = [];

    /// <summary>Prompt tokens to report; by default a quarter of the request's bytes.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>Answer tokens to report; by default one a piece.</summary>
    public int? CompletionTokens { get; init; }

    /// <summary>Reason to report where it is not the usual one (<c>length</c>, for instance).</summary>
    public string? Finish { get; init; }

    /// <summary>HTTP status; anything but 200 is answered with the API's error body.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Text of the error, for <see cref="Status"/> and <see cref="ModelFault.ErrorObject"/>.</summary>
    public string ErrorMessage { get; init; } = "the model failed to generate a response";

    /// <summary>Value of the <c>Retry-After</c> header of an error; 429 has <c>1</c> where this is missing.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>What goes wrong.</summary>
    public ModelFault Fault { get; init; }

    /// <summary>After how many text pieces it goes wrong; by default half of them.</summary>
    public int? FaultAfter { get; init; }

    /// <summary>Every byte of the body is an HTTP chunk and a socket write of its own.</summary>
    public bool SplitEveryByte { get; init; }

    /// <summary>Text pieces per second; 0 is as fast as the peer reads.</summary>
    public double PiecesPerSecond { get; init; }

    /// <summary>With no pace: how many messages go into one socket write.</summary>
    public int MessagesPerWrite { get; init; } = 1;

    /// <summary>The answer's status line is held back until this completes.</summary>
    public Task? HoldHead { get; init; }

    /// <summary>The head is sent, the first message is held back until this completes.</summary>
    public Task? HoldFirst { get; init; }

    /// <summary>With <see cref="HoldAt"/>: that many text pieces are sent, the rest is held back until this completes.</summary>
    public Task? HoldRest { get; init; }

    /// <summary>See <see cref="HoldRest"/>.</summary>
    public int HoldAt { get; init; } = 1;

    /// <summary>Time between the request and the first message.</summary>
    public TimeSpan FirstPieceDelay { get; init; }

    /// <summary>An answer of these pieces.</summary>
    public static ModelAnswer Say(params IReadOnlyList<string> pieces) => new() { Pieces = pieces };

    /// <summary>An answer of <paramref name="count"/> pieces of <see cref="TokenStream"/>.</summary>
    public static ModelAnswer Stream(int count) => new() { Tokens = count };

    /// <summary>An answer that calls a tool.</summary>
    public static ModelAnswer Call(string tool, string argumentsJson, string? id = null) => new() { ToolCalls = [new ScriptedToolCall(tool, argumentsJson, id)] };

    /// <summary>An HTTP error.</summary>
    public static ModelAnswer Fail(int status, string? message = null) =>
        message is null ? new() { Status = status } : new() { Status = status, ErrorMessage = message };

    /// <summary>An answer that goes wrong after <paramref name="after"/> pieces.</summary>
    public static ModelAnswer Broken(ModelFault fault, int after, params IReadOnlyList<string> pieces) =>
        new() { Fault = fault, FaultAfter = after, Pieces = pieces };
}
