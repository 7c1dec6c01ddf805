namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.pressure</c> section.</summary>
public sealed record PressureConfig
{
    /// <summary>Whether new work is refused while memory is short.</summary>
    public bool ShedLoad { get; init; } = true;

    /// <summary>Degrees Celsius from which local models get half their slots; 0 for never.</summary>
    public int MaxCelsius { get; init; } = 80;
}
