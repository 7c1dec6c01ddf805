using System.Buffers;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>One API's way of saying things: an instance writes the messages of one answer.</summary>
internal abstract class ModelWire(string model)
{
    /// <summary>The model's name as the request gave it.</summary>
    protected string Model { get; } = model;

    /// <summary>Type of the streamed body.</summary>
    public abstract string ContentType { get; }

    /// <summary>What stands before the first piece.</summary>
    public virtual void Open(ArrayBufferWriter<byte> to, int promptTokens)
    {
    }

    /// <summary>A piece of text; <paramref name="json"/> is the inside of a JSON string.</summary>
    public abstract void Text(ArrayBufferWriter<byte> to, string json);

    /// <summary>A piece of thinking; <paramref name="json"/> is the inside of a JSON string.</summary>
    public abstract void Thinking(ArrayBufferWriter<byte> to, string json);

    /// <summary>The tool calls of the answer.</summary>
    public abstract void ToolCalls(ArrayBufferWriter<byte> to, IReadOnlyList<ScriptedToolCall> calls);

    /// <summary>The messages that end the answer.</summary>
    public abstract void Close(ArrayBufferWriter<byte> to, AnswerTotals totals);

    /// <summary>An error in the middle of the stream.</summary>
    public abstract void Error(ArrayBufferWriter<byte> to, string message);

    /// <summary>A message that is not JSON.</summary>
    public abstract void Garbage(ArrayBufferWriter<byte> to);

    /// <summary>The whole answer as one JSON body.</summary>
    public abstract string Whole(AnswerTotals totals);
}
