namespace OpenClaw.Edge.Configuration;

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Path">Canonical dotted path, such as <c>gateway.port</c>; empty for the file as a whole.</param>
/// <param name="Message">What is wrong, for a person.</param>
/// <param name="Fix">What to write instead; <see langword="null"/> when the message says it all.</param>
/// <param name="Line">Line in the file, from 1; <see langword="null"/> when it came from elsewhere.</param>
/// <param name="Severity">What it means for the start.</param>
public sealed record ConfigProblem(string Path, string Message, string? Fix, int? Line, ProblemSeverity Severity)
{
    /// <summary>The file, when it is not the main one.</summary>
    public string? File { get; init; }

    /// <summary>One line for a terminal: severity, place, path, message, fix.</summary>
    public override string ToString()
    {
        string place = (File, Line) switch
        {
            (null, null) => "",
            (null, _) => $"line {Line}: ",
            (_, null) => $"{File}: ",
            _ => $"{File}:{Line}: ",
        };
        string subject = Path.Length == 0 ? "" : $"{Path}: ";
        string fix = string.IsNullOrEmpty(Fix) ? "" : $" Fix: {Fix}";
        return $"{place}{subject}{Message}{fix}";
    }
}
