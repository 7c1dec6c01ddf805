using System.Buffers;
using System.Text;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>A tool call that is still arriving.</summary>
public sealed class ToolCallDraft(int wireIndex)
{
    /// <summary>Bytes of arguments that one call may have.</summary>
    public const int MaxArgumentBytes = 1024 * 1024; // a written file fits; a runaway model does not

    private readonly JsonTextDecoder _decoder = new();
    private readonly ArrayBufferWriter<byte> _arguments = new(256);

    /// <summary>Where the server counts it.</summary>
    public int WireIndex { get; } = wireIndex;

    /// <summary>The server's id; null when it sent none.</summary>
    public string? Id { get; set; }

    /// <summary>The server's id of the item that carries the call, where it has one of its own.</summary>
    public string? ItemId { get; set; }

    /// <summary>Tool name; empty until it arrived.</summary>
    public string Name { get; set; } = "";

    /// <summary>Whether any of the arguments arrived.</summary>
    public bool HasArguments => _arguments.WrittenCount > 0;

    /// <summary>Whether the arguments exceed <see cref="MaxArgumentBytes"/>.</summary>
    public bool TooLong { get; private set; }

    /// <summary>Adds arguments that stand inside a JSON string, still escaped.</summary>
    public void AppendEscaped(ReadOnlySpan<byte> escaped)
    {
        if (Fits(escaped.Length))
        {
            _decoder.Append(escaped, _arguments);
        }
    }

    /// <summary>Replaces the arguments by JSON text as it stands.</summary>
    public void SetJson(ReadOnlySpan<byte> json)
    {
        _arguments.ResetWrittenCount();
        if (Fits(json.Length))
        {
            _arguments.Write(json);
        }
    }

    /// <summary>Forgets the arguments that arrived.</summary>
    public void ClearArguments() => _arguments.ResetWrittenCount();

    /// <summary>The arguments; an empty object when none arrived.</summary>
    public string ArgumentsJson()
    {
        _decoder.Flush(_arguments);
        string text = Encoding.UTF8.GetString(_arguments.WrittenSpan).Trim();
        return text.Length == 0 ? "{}" : text;
    }

    private bool Fits(int more)
    {
        TooLong |= _arguments.WrittenCount + more > MaxArgumentBytes;
        return !TooLong;
    }
}
