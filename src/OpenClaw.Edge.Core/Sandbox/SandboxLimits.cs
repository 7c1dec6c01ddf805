using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>How much of the machine a sandbox may use. There is always a limit: what the configuration leaves open is
/// scaled to the machine.</summary>
internal sealed record SandboxLimits
{
    private const long Mebi = 1L << 20;
    private const long UnknownMachine = 1024 * Mebi;

    /// <summary>Bytes of memory.</summary>
    public required long Memory { get; init; }

    /// <summary>Bytes of memory and swap together.</summary>
    public required long MemorySwap { get; init; }

    /// <summary>Processors.</summary>
    public required double Cpus { get; init; }

    /// <summary>Most processes.</summary>
    public required int Pids { get; init; }

    /// <summary>Bytes of each folder in memory.</summary>
    public long Tmpfs => Memory / 4;

    /// <summary>Works them out.</summary>
    /// <param name="docker">What is configured.</param>
    /// <param name="processors">Processors of the machine.</param>
    /// <param name="machine">Memory of the machine in bytes; 0 is unknown.</param>
    public static SandboxLimits Of(SandboxDockerConfig docker, int processors, long machine)
    {
        long host = machine > 0 ? machine : UnknownMachine;
        long memory = Size(docker.Memory) ?? Math.Clamp(host / 4, 256 * Mebi, 2048 * Mebi);
        return new SandboxLimits
        {
            Memory = memory,
            MemorySwap = Math.Max(memory, Size(docker.MemorySwap) ?? 2 * memory),
            Cpus = Math.Clamp(docker.Cpus ?? Math.Max(1, processors / 2), 0.01, Math.Max(1, processors)),
            Pids = docker.PidsLimit,
        };
    }

    /// <summary>Limits of each process: the configured ones, open files, and, where nothing counts the whole sandbox,
    /// processes and memory too.</summary>
    public IReadOnlyList<ContainerUlimit> PerProcess(SandboxDockerConfig docker, bool countsPids, bool countsMemory)
    {
        List<ContainerUlimit> limits = [];
        foreach ((string name, string text) in docker.Ulimits.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string[] pair = text.Split(':');
            if (long.TryParse(pair[0], CultureInfo.InvariantCulture, out long soft))
            {
                limits.Add(new ContainerUlimit(
                    name, soft, pair.Length > 1 && long.TryParse(pair[1], CultureInfo.InvariantCulture, out long hard) ? hard : soft));
            }
        }

        Stand("nofile", true, 1024, 2048);
        Stand("nproc", !countsPids, Pids, Pids);
        Stand("data", !countsMemory, Memory, Memory);
        return limits;

        void Stand(string name, bool wanted, long soft, long hard)
        {
            if (wanted && !limits.Exists(limit => limit.Name == name))
            {
                limits.Add(new ContainerUlimit(name, soft, hard));
            }
        }
    }

    private static long? Size(string? text) => text is not null && ByteSize.TryParse(text, out long bytes) ? bytes : null;
}
