using System.Globalization;

namespace OpenClaw.Edge.Platform;

/// <summary>The warmest sensor of the machine (<c>/sys/class/thermal/thermal_zone*/temp</c>), and whether local models should be given less to do.
/// Read when a model is called or somebody asks, every ten seconds at most. Thread-safe.</summary>
/// <param name="folder">Where the sensors are.</param>
/// <param name="limit">Degrees from which it is hot; 0 or less for never.</param>
/// <param name="time">Clock.</param>
public sealed class Thermometer(string folder, Func<double> limit, TimeProvider time)
{
    /// <summary>Where Linux has them.</summary>
    public const string SystemFolder = "/sys/class/thermal";

    // A Raspberry Pi slows itself down at 80 and is soon 5 degrees cooler; 8 keep the slots from going up and down with every answer. guess
    private const double Hysteresis = 8;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WithoutSensor = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private double? _celsius;
    private bool _hot;
    private long _readAt;

    /// <summary>Degrees Celsius of the warmest sensor; null where there is none.</summary>
    public double? Celsius
    {
        get
        {
            lock (_gate)
            {
                Look();
                return _celsius;
            }
        }
    }

    /// <summary>Whether it is hot: from the limit on, until it is 8 degrees below it.</summary>
    public bool IsHot
    {
        get
        {
            lock (_gate)
            {
                Look();
                return _hot;
            }
        }
    }

    /// <summary>How many of a local model's slots to use now: half of them, at least one, while it is hot.</summary>
    public int Slots(int configured) => IsHot ? Math.Max(1, configured / 2) : configured;

    private void Look()
    {
        if (_readAt != 0 && time.GetElapsedTime(_readAt) < (_celsius is null ? WithoutSensor : Fresh))
        {
            return;
        }

        _readAt = Math.Max(1, time.GetTimestamp());
        _celsius = Read();
        double most = limit();
        _hot = most > 0 && _celsius >= (_hot ? most - Hysteresis : most);
    }

    private double? Read()
    {
        double? warmest = null;
        try
        {
            foreach (string zone in Directory.EnumerateDirectories(folder, "thermal_zone*"))
            {
                // Thousandths of a degree. Zones without a sensor behind them show nonsense or refuse to be read.
                if (ReadZone(Path.Combine(zone, "temp")) is { } degrees && (warmest is null || degrees > warmest))
                {
                    warmest = degrees;
                }
            }
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null; // a container, or a machine without sensors
        }

        return warmest;
    }

    private static double? ReadZone(string path)
    {
        try
        {
            return long.TryParse(File.ReadAllText(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out long thousandths)
                && thousandths is > 0 and < 150_000
                ? thousandths / 1000.0
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
