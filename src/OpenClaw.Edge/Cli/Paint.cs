using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli;

/// <summary>Colours text for a terminal, or leaves it alone. The sixteen colours only: people choose them to be
/// readable on their background.</summary>
/// <param name="on">Whether colour is wanted.</param>
public sealed class Paint(bool on)
{
    private const string Reset = "\e[0m";

    /// <summary>Whether colour is used.</summary>
    public bool On => on;

    /// <summary>Decides by the conventions of terminals. Source: no-color.org; <c>TERM=dumb</c>.</summary>
    public static Paint For(bool isTerminal, bool noColor, ProcessEnvironment environment)
    {
        bool refused = noColor
            || environment["NO_COLOR"] is not null
            || environment["TERM"] == "dumb";
        return new Paint(isTerminal && !refused);
    }

    /// <summary>Headings and names.</summary>
    public string Bold(string text) => Wrap("\e[1m", text);

    /// <summary>What may be skipped.</summary>
    public string Dim(string text) => Wrap("\e[2m", text);

    /// <summary>It works.</summary>
    public string Good(string text) => Wrap("\e[32m", text);

    /// <summary>Somebody should look.</summary>
    public string Warn(string text) => Wrap("\e[33m", text);

    /// <summary>It does not work.</summary>
    public string Bad(string text) => Wrap("\e[31m", text);

    /// <summary>What the person can type.</summary>
    public string Accent(string text) => Wrap("\e[36m", text);

    private string Wrap(string code, string text) => on && text.Length > 0 ? code + text + Reset : text;
}
