namespace OpenClaw.Edge.Gateway;

/// <summary>News of a growing text: one or two events that always travel together. A newer update of the same stream can take
/// the place of one that still waits. Immutable.</summary>
/// <param name="Stream">What the update belongs to: another object means that the text did not just grow.</param>
/// <param name="First">The first event.</param>
/// <param name="Second">The second; empty for none.</param>
internal sealed record TextUpdate(TextStream Stream, TextFrame First, TextFrame Second)
{
    /// <summary>Bytes of both.</summary>
    public int Bytes => First.Bytes.Length + Second.Bytes.Length;
}
