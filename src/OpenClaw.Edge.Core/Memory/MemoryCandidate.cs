namespace OpenClaw.Edge.Memory;

/// <summary>A piece on its way to a result. Used by one search.</summary>
internal sealed class MemoryCandidate
{
    /// <summary>Row of the piece.</summary>
    public required long Id { get; init; }

    /// <summary>Cosine to the question; null when it has no vector.</summary>
    public float? ByMeaning { get; set; }

    /// <summary>How well its words fit, 0 to 1; null when none does.</summary>
    public float? ByWords { get; set; }

    /// <summary>Whether the question names its file.</summary>
    public bool IsNamed { get; set; }

    /// <summary>Its file.</summary>
    public string Path { get; set; } = "";

    /// <summary>First and last line.</summary>
    public (int First, int Last) Lines { get; set; }

    /// <summary>Its text.</summary>
    public string Text { get; set; } = "";

    /// <summary>The day it is of; null for what does not age.</summary>
    public int? Day { get; set; }

    /// <summary>What it is ranked by.</summary>
    public double Score { get; set; }
}
