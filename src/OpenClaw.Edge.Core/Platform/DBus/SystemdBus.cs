namespace OpenClaw.Edge.Platform.DBus;

/// <summary>systemd itself, that of the machine or of one person: what it says of a unit, and start, stop and restart. What it refuses is a
/// <see cref="BusException"/>. Needs no signals, so that it works on systemd's private socket too, where there is no bus. Its calls wait on the
/// calling thread, 5 s at most each: for commands, not for a gateway. Not thread-safe. Source: org.freedesktop.systemd1(5).</summary>
public sealed class SystemdBus : IDisposable
{
    private const string Systemd = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string Manager = "org.freedesktop.systemd1.Manager";
    private const string PrivateSocket = "/systemd/private";
    private const int BetweenLooksMs = 100;

    private readonly SdBusLibrary _library;
    private readonly nint _bus;

    /// <summary>Connects. Throws <see cref="BusException"/> when there is no library or no bus.</summary>
    /// <param name="address">Of the bus, or of systemd's private socket.</param>
    public SystemdBus(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _library = BusCall.Library;
        _bus = BusCall.Open(_library, address, direct: address.EndsWith(PrivateSocket, StringComparison.Ordinal));
    }

    /// <summary>Where a person's systemd is reached: its private socket, as systemctl does it, else that person's bus; null where neither is.</summary>
    /// <param name="runtimeDir"><c>XDG_RUNTIME_DIR</c>.</param>
    public static string? AddressOfPerson(string? runtimeDir) =>
        string.IsNullOrEmpty(runtimeDir) ? null
        : File.Exists(runtimeDir + PrivateSocket) ? "unix:path=" + runtimeDir + PrivateSocket
        : File.Exists(runtimeDir + "/bus") ? "unix:path=" + runtimeDir + "/bus"
        : null;

    /// <inheritdoc />
    public unsafe void Dispose() => _library.Close(_bus);

    /// <summary>What it says of a unit, known or not.</summary>
    public UnitState Look(string unit)
    {
        string path = Call(ManagerPath, Manager, "LoadUnit", unit, null);
        string[] words = new string[UnitState.Properties.Length];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Property(path, i < 4 ? Systemd + ".Unit" : Systemd + ".Service", UnitState.Properties[i]);
        }

        return new UnitState(words);
    }

    /// <summary>Starts, stops or restarts a unit, and waits until systemd has done that; whether it came up is another look.</summary>
    /// <param name="verb"><c>start</c>, <c>stop</c> or <c>restart</c>.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="longest">How long that may take.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends the wait; systemd goes on.</param>
    public void Do(string verb, string unit, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        string job = Call(ManagerPath, Manager, verb switch { "start" => "StartUnit", "stop" => "StopUnit", _ => "RestartUnit" }, unit, "replace");
        long began = time.GetTimestamp();
        try
        {
            while (time.GetElapsedTime(began) < longest)
            {
                Property(job, Systemd + ".Job", "State");
                cancellationToken.WaitHandle.WaitOne(BetweenLooksMs);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (BusException gone) when (gone.Name is "org.freedesktop.DBus.Error.UnknownObject" or "org.freedesktop.DBus.Error.UnknownMethod")
        {
            return; // a job that has ended is no object any more
        }

        throw new BusException("org.openclaw.Edge.Slow", "systemd has not done it in time");
    }

    private string Property(string path, string contract, string name) => Call(path, "org.freedesktop.DBus.Properties", "Get", contract, name);

    private unsafe string Call(string path, string contract, string member, string first, string? second)
    {
        nint answer = BusCall.Send(_library, _bus, Systemd, path, contract, member, message =>
        {
            message.Text(first);
            if (second is not null)
            {
                message.Text(second);
            }
        });
        var reader = new BusMessage(_library, answer);
        string text = member == "Get" ? reader.ReadVariant() : reader.ReadText('o');
        _library.Unref(answer);
        return text;
    }
}
