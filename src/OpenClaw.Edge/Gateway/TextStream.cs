namespace OpenClaw.Edge.Gateway;

/// <summary>One text that only grows: updates of the same stream may be merged. Not thread-safe.</summary>
internal sealed class TextStream
{
    private bool _begun;
    private int _first;
    private int _second;

    /// <summary>Whether texts of these lengths are the ones taken last, grown by their new pieces and nothing else.</summary>
    public bool IsContinuedBy(int first, int firstDelta, int second, int secondDelta) =>
        !_begun || (first - firstDelta == _first && second - secondDelta == _second);

    /// <summary>Notes the lengths that were sent.</summary>
    public void Take(int first, int second) => (_begun, _first, _second) = (true, first, second);
}
