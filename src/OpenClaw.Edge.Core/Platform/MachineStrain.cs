using System.Globalization;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Platform;

/// <summary>What memory and sensors of this machine say, in one place for those who refuse work and those who show it. Thread-safe.</summary>
/// <param name="memory">Its memory; disposed with this.</param>
/// <param name="heat">Its sensors.</param>
/// <param name="sheds">Whether work is refused at all.</param>
public sealed class MachineStrain(MemoryPressure memory, Thermometer heat, Func<bool> sheds) : IDisposable
{
    /// <summary>Its memory.</summary>
    public MemoryPressure Memory { get; } = memory;

    /// <summary>Its sensors.</summary>
    public Thermometer Heat { get; } = heat;

    /// <summary>Whether new work must be refused; counts it when so.</summary>
    public bool Refuses() => sheds() && Memory.Refuses();

    /// <summary>The condition that memory is short; null while it is not.</summary>
    public Warnable? MemoryWarning()
    {
        if (!Memory.IsShort || Memory.Memory is not { } now)
        {
            return null;
        }

        string left = string.Create(CultureInfo.InvariantCulture, $"{now.Headroom >> 20} of {now.Total >> 20} MB are left");
        return new Warnable("memory-short", $"Memory is short: {left}; new work is {(sheds() ? "" : "not ")}refused. Raise the limit (MemoryMax=, --memory) or use a smaller model.");
    }

    /// <summary>The condition that it is too warm; null while it is not.</summary>
    public Warnable? HeatWarning() => Heat is { IsHot: true, Celsius: { } celsius }
        ? new Warnable("too-warm", string.Create(CultureInfo.InvariantCulture, $"The machine is at {celsius:0} °C: local models get half their slots. Cool it, or raise gateway.pressure.maxCelsius."))
        : null;

    /// <inheritdoc />
    public void Dispose() => Memory.Dispose();
}
