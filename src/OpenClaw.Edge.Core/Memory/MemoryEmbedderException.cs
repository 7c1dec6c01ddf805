namespace OpenClaw.Edge.Memory;

/// <summary>Vectors were not made.</summary>
/// <param name="message">What happened, where, and how to fix it.</param>
/// <param name="isInput">Whether the texts are what the server refuses: the same again is of no use.</param>
public sealed class MemoryEmbedderException(string message, bool isInput = false) : Exception(message)
{
    /// <summary>Whether the texts are what the server refuses.</summary>
    public bool IsInput { get; } = isInput;
}
