namespace OpenClaw.Edge.Platform.DBus;

/// <summary>systemd itself, that of the machine or of one person: what it says of a unit, and start, stop and restart. What it refuses is a
/// <see cref="BusException"/>. Needs no signals, so that it works on systemd's private socket too, where there is no bus.
/// Source: org.freedesktop.systemd1(5).</summary>
public sealed class SystemdBus : IAsyncDisposable
{
    private const string Systemd = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string Manager = "org.freedesktop.systemd1.Manager";
    private const string Unit = "org.freedesktop.systemd1.Unit";
    private const string Service = "org.freedesktop.systemd1.Service";
    private const string Job = "org.freedesktop.systemd1.Job";
    private const string PrivateSocket = "/systemd/private";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly SystemBus _bus;
    private readonly TimeProvider _time;

    private SystemdBus(SystemBus bus, TimeProvider time)
    {
        _bus = bus;
        _time = time;
    }

    /// <summary>Where a person's systemd is reached: its private socket, as systemctl does it, else that person's bus; null where neither is.</summary>
    /// <param name="runtimeDir"><c>XDG_RUNTIME_DIR</c>.</param>
    public static string? AddressOfPerson(string? runtimeDir) =>
        string.IsNullOrEmpty(runtimeDir) ? null
        : File.Exists(runtimeDir + PrivateSocket) ? "unix:path=" + runtimeDir + PrivateSocket
        : File.Exists(runtimeDir + "/bus") ? $"unix:path={runtimeDir}/bus"
        : null;

    /// <summary>Connects.</summary>
    /// <param name="address">Of the bus, or of systemd's private socket.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends every wait.</param>
    public static async Task<SystemdBus> ConnectAsync(string address, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        SystemBus bus = address.EndsWith(PrivateSocket, StringComparison.Ordinal)
            ? await SystemBus.ConnectDirectAsync(address, cancellationToken)
            : await SystemBus.ConnectAsync(address, static _ => { }, cancellationToken);
        return new SystemdBus(bus, time);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    /// <summary>What it says of a unit, known or not.</summary>
    public async Task<UnitState> LookAsync(string unit)
    {
        string path = await _bus.CallAsync(Systemd, ManagerPath, Manager, "LoadUnit", message => message.Text(unit), static message => message.ReadText('o'));
        string[] words = new string[8];
        string[] names = ["LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "StatusText", "MainPID", "NRestarts"];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = await PropertyAsync(path, i < 4 ? Unit : Service, names[i]);
        }

        return new UnitState
        {
            Load = words[0],
            Active = words[1],
            Sub = words[2],
            File = words[3],
            Result = words[4],
            Says = words[5],
            MainPid = int.TryParse(words[6], out int pid) ? pid : 0,
            Restarts = int.TryParse(words[7], out int restarts) ? restarts : 0,
        };
    }

    /// <summary>Starts, stops or restarts a unit, and waits until systemd has done that; whether it came up is another look.</summary>
    /// <param name="verb"><c>start</c>, <c>stop</c> or <c>restart</c>.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="longest">How long that may take.</param>
    /// <param name="cancellationToken">Ends the wait; systemd goes on.</param>
    public async Task DoAsync(string verb, string unit, TimeSpan longest, CancellationToken cancellationToken)
    {
        string member = verb switch { "start" => "StartUnit", "stop" => "StopUnit", _ => "RestartUnit" };
        string job = await _bus.CallAsync(
            Systemd,
            ManagerPath,
            Manager,
            member,
            message =>
            {
                message.Text(unit);
                message.Text("replace");
            },
            static message => message.ReadText('o'));
        long began = _time.GetTimestamp();
        try
        {
            while (_time.GetElapsedTime(began) < longest)
            {
                await PropertyAsync(job, Job, "State");
                await Task.Delay(BetweenLooks, _time, cancellationToken);
            }
        }
        catch (BusException gone) when (gone.Name is "org.freedesktop.DBus.Error.UnknownObject" or "org.freedesktop.DBus.Error.UnknownMethod")
        {
            return; // a job that has ended is no object any more
        }

        throw new BusException("org.openclaw.Edge.Slow", $"systemd has not done it within {longest.TotalSeconds:0} s");
    }

    private Task<string> PropertyAsync(string path, string contract, string name) => _bus.CallAsync(
        Systemd,
        path,
        "org.freedesktop.DBus.Properties",
        "Get",
        message =>
        {
            message.Text(contract);
            message.Text(name);
        },
        static message => message.ReadVariant());
}
