using System.Globalization;

namespace OpenClaw.Edge.Load;

/// <summary>One measured number, with its gate from docs/budgets.md where it has one.</summary>
/// <param name="Name">What it is; stable, so that runs can be compared.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Gate">The budget; <see langword="null"/> when the number is only told.</param>
/// <param name="AtLeast">Whether the number must reach the gate; else it must not pass it.</param>
/// <param name="Note">How it was taken.</param>
internal sealed record Figure(string Name, double Value, string Unit, double? Gate = null, bool AtLeast = false, string Note = "")
{
    /// <summary>Whether the gate holds; true without one.</summary>
    public bool Holds => Gate is null || (AtLeast ? Value >= Gate : Value <= Gate);

    /// <summary>The number as the table shows it.</summary>
    public string Text => Show(Value);

    /// <summary>The gate as the table shows it.</summary>
    public string GateText => Gate is { } gate ? $"{(AtLeast ? "≥" : "≤")} {Show(gate)}" : "";

    private static string Show(double value) => value switch
    {
        0 => "0",
        >= 10_000 or <= -10_000 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
