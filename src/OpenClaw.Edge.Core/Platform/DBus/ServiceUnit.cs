namespace OpenClaw.Edge.Platform.DBus;

/// <summary>The unit that a gateway runs in, and whose systemd has it.</summary>
public sealed class ServiceUnit
{
    /// <summary>The unit that packages install.</summary>
    public const string Packaged = "openclaw.service";

    private const string StateRoot = "/var/lib/openclaw";

    /// <summary>Names a unit.</summary>
    public ServiceUnit(string name, bool isPersonal)
    {
        Name = name;
        IsPersonal = isPersonal;
    }

    /// <summary>Such as <c>openclaw.service</c> or <c>openclaw@anna.service</c>.</summary>
    public string Name { get; }

    /// <summary>Whether the systemd of one person has it, not the machine's.</summary>
    public bool IsPersonal { get; }

    /// <summary>The unit that a process runs in, by its control group; null when it is none of a gateway.</summary>
    /// <param name="pid">Process id.</param>
    /// <param name="root">Root of the file system.</param>
    public static ServiceUnit? OfProcess(int pid, string root = "/")
    {
        string groups = Path.Combine(root, $"proc/{pid}/cgroup");
        try
        {
            foreach (string line in File.Exists(groups) ? File.ReadAllLines(groups) : [])
            {
                foreach (string part in line.StartsWith("0::/", StringComparison.Ordinal) ? line.Split('/') : [])
                {
                    if (part.StartsWith("openclaw", StringComparison.Ordinal) && part.EndsWith(".service", StringComparison.Ordinal))
                    {
                        return new ServiceUnit(part, line.Contains("/user.slice/", StringComparison.Ordinal));
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // it has just ended
        }

        return null;
    }

    /// <summary>The unit whose state directory this is; null when no packaged unit has such a one.</summary>
    public static ServiceUnit? OfState(string stateDir)
    {
        ArgumentNullException.ThrowIfNull(stateDir);
        string folder = stateDir.TrimEnd('/').Replace("/var/lib/private/", "/var/lib/", StringComparison.Ordinal); // where DynamicUser= keeps it
        return folder == StateRoot ? new ServiceUnit(Packaged, false)
            : folder.StartsWith(StateRoot + "-", StringComparison.Ordinal) && !folder.AsSpan(StateRoot.Length).Contains('/')
                ? new ServiceUnit($"openclaw@{folder[(StateRoot.Length + 1)..]}.service", false)
                : null;
    }

    /// <summary>What a person types to do it by hand.</summary>
    /// <param name="verb"><c>restart</c>, <c>start</c>, <c>stop</c>, …</param>
    public string Command(string verb) => IsPersonal ? $"systemctl --user {verb} {Name}" : $"sudo systemctl {verb} {Name}";
}
