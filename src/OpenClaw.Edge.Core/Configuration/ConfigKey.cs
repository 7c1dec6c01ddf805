namespace OpenClaw.Edge.Configuration;

/// <summary>One row of the table of known keys.</summary>
/// <param name="Path">Dotted path; <c>*</c> is any key, <c>[]</c> any item of a list.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Default">Default as written in the reference; empty when there is none.</param>
/// <param name="Note">Words of a choice, separated by bars; why an ignored key has no effect.</param>
/// <param name="Min">Least value of a number.</param>
/// <param name="Max">Greatest value of a number.</param>
/// <param name="Critical">Whether a wrong value stops the start, because going on without it would be unsafe.</param>
internal sealed record ConfigKey(
    string Path, ConfigKeyKind Kind, string Default = "", string Note = "", double Min = 0, double Max = int.MaxValue,
    bool Critical = false)
{
    /// <summary>The words of a choice.</summary>
    public string[] Words { get; } = Kind == ConfigKeyKind.Choice ? Note.Split('|') : [];
}
