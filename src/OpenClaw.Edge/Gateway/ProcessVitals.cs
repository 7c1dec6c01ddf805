using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>How late the gateway's clock rings and how much of the machine it uses: <c>eventLoop</c> and <c>processMemory</c> of the wire.
/// There is no event loop here; what would be late in one is the beat of <see cref="ConnectionSweep"/> on the thread pool. Thread-safe.</summary>
internal sealed class ProcessVitals(TimeProvider time)
{
    private const int Beats = 60; // a minute
    private const double LateMs = 1000; // the original's
    private const double Busy = 0.95; // the original's

    private readonly Lock _gate = new();
    private readonly Queue<double> _late = new(Beats);
    private long _lastBeat;
    private long _sampledAt = time.GetTimestamp();
    private TimeSpan _sampledCpu = Environment.CpuUsage.TotalTime;
    private double _intervalMs;
    private double _cores;
    private long _degradedAt;
    private (double Busy, double All) _host = ReadHost();
    private double _hostUse;

    /// <summary>The sweep has looked; it should have one period after the last time.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_lastBeat != 0)
            {
                if (_late.Count == Beats)
                {
                    _late.Dequeue();
                }

                _late.Enqueue(Math.Max(0, (time.GetElapsedTime(_lastBeat, now) - ConnectionSweep.Period).TotalMilliseconds));
            }

            _lastBeat = now;
            Sample(now);
            _degradedAt = Reasons().Count == 0 ? 0 : _degradedAt == 0 ? now : _degradedAt;
        }
    }

    /// <summary>The sweep sleeps from now on: its next beat is not late.</summary>
    public void Rest()
    {
        lock (_gate)
        {
            _lastBeat = 0;
        }
    }

    /// <summary>Writes the members <c>eventLoop</c>, and <c>processMemory</c> where asked.</summary>
    public void Write(Utf8JsonWriter json, bool memory = false)
    {
        lock (_gate)
        {
            Sample(time.GetTimestamp());
            List<string> reasons = Reasons();
            json.WriteStartObject("eventLoop"u8);
            json.WriteBoolean("degraded"u8, reasons.Count > 0);
            if (reasons.Count > 0)
            {
                json.WriteNumber("degradedSinceMs"u8, _degradedAt == 0 ? 0 : (long)time.GetElapsedTime(_degradedAt).TotalMilliseconds);
            }
            else
            {
                json.WriteNull("degradedSinceMs"u8); // an explicit null of the wire
            }

            json.WriteTexts("reasons", reasons);
            json.WriteNumber("intervalMs"u8, _intervalMs);
            json.WriteNumber("delayP99Ms"u8, Math.Round(Late(0.99), 1));
            json.WriteNumber("delayMaxMs"u8, Math.Round(Late(1), 1));
            json.WriteNumber("utilization"u8, Utilization);
            json.WriteNumber("cpuCoreRatio"u8, _cores);
            json.WriteStartObject("cpuBreakdown"u8);
            json.WriteNumber("mainThreadCoreRatio"u8, 0); // the main thread waits for the end; the pool works
            json.WriteNumber("hostUtilization"u8, _hostUse);
            json.WriteNumber("hostCpuCount"u8, Environment.ProcessorCount);
            json.WriteNumber("workerCoreRatio"u8, 0);
            json.WriteNumber("otherThreadsCoreRatio"u8, _cores);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (memory)
        {
            WriteMemory(json);
        }
    }

    private static void WriteMemory(Utf8JsonWriter json)
    {
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        long resident = Environment.WorkingSet;
        json.WriteStartObject("processMemory"u8);
        json.WriteNumber("rssBytes"u8, resident);
        json.WriteNumber("heapUsedBytes"u8, GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("heapTotalBytes"u8, heap.TotalCommittedBytes);
        json.WriteNumber("externalBytes"u8, Math.Max(0, resident - heap.TotalCommittedBytes));
        json.WriteNumber("arrayBuffersBytes"u8, heap.GenerationInfo.Length > 3 ? heap.GenerationInfo[3].SizeAfterBytes : 0); // large objects
        json.WriteEndObject();
    }

    private double Utilization => Math.Round(Math.Min(1, _cores / Environment.ProcessorCount), 3);

    // A quarter of a second or more between two looks, so that a burst of calls does not measure itself.
    private void Sample(long now)
    {
        double elapsed = time.GetElapsedTime(_sampledAt, now).TotalMilliseconds;
        if (elapsed < 250)
        {
            return;
        }

        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        _cores = Math.Round((cpu - _sampledCpu).TotalMilliseconds / elapsed, 3);
        _intervalMs = elapsed;
        (_sampledAt, _sampledCpu) = (now, cpu);
        (double Busy, double All) host = ReadHost();
        _hostUse = host.All > _host.All ? Math.Round((host.Busy - _host.Busy) / (host.All - _host.All), 3) : _hostUse;
        _host = host;
    }

    private List<string> Reasons()
    {
        List<string> reasons = [];
        if (Late(1) >= LateMs)
        {
            reasons.Add("event_loop_delay");
        }

        if (Utilization >= Busy)
        {
            reasons.Add("event_loop_utilization");
        }

        return reasons;
    }

    private double Late(double share)
    {
        if (_late.Count == 0)
        {
            return 0;
        }

        double[] sorted = [.. _late.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    // "cpu  user nice system idle iowait irq softirq steal …", in ticks; nothing where there is no /proc.
    private static (double Busy, double All) ReadHost()
    {
        try
        {
            using StreamReader stat = new("/proc/stat");
            double[] ticks =
            [
                .. (stat.ReadLine() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
                    .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
            ];
            double all = ticks.Sum();
            return ticks.Length < 5 ? default : (all - ticks[3] - ticks[4], all);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException)
        {
            return default;
        }
    }
}
