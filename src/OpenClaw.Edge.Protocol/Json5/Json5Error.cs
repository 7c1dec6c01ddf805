namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>What is wrong with a JSON5 text and where.</summary>
/// <param name="Fault">Kind of fault.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
/// <param name="What">What is wrong, for a person.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record Json5Error(Json5Fault Fault, int Line, int Column, string What, string Fix)
{
    /// <summary>One line for a terminal.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {What} {Fix}";
}
