using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace OpenClaw.Edge.TestKit.Bus;

/// <summary>A systemd of a test's own on a unix socket, spoken to over the real D-Bus wire, as behind a bus or directly. It knows the units it is
/// given, does what is asked at once, and refuses when told to. It has threads of its own: whoever is tested blocks those of the pool.</summary>
public sealed class ScriptedSystemd : IDisposable
{
    private const string JobPath = "/org/freedesktop/systemd1/job/7";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentBag<Socket> _connections = [];
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _units = new(StringComparer.Ordinal);
    private readonly Thread _accepting;
    private int _looksAtJob;

    /// <summary>Listens at a path; its folder is made.</summary>
    public ScriptedSystemd(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Address = "unix:path=" + path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = new Thread(Accept) { IsBackground = true };
        _accepting.Start();
    }

    /// <summary>D-Bus address.</summary>
    public string Address { get; }

    /// <summary>What was asked of it but looks: <c>RestartUnit openclaw.service</c>.</summary>
    public ConcurrentQueue<string> Done { get; } = new();

    /// <summary>Name of the error that it refuses with; null refuses nothing.</summary>
    public string? Refusal { get; set; }

    /// <summary>State of a unit after a start or restart.</summary>
    public string Comes { get; set; } = "active";

    /// <summary>How often a job is still there when it is looked at.</summary>
    public int LooksUntilDone { get; set; } = 2;

    /// <summary>Gives it a unit.</summary>
    public ScriptedSystemd Knows(string unit, string active, string file = "enabled", int pid = 0)
    {
        _units[unit] = new(StringComparer.Ordinal)
        {
            ["LoadState"] = "loaded",
            ["ActiveState"] = active,
            ["SubState"] = active == "active" ? "running" : "dead",
            ["UnitFileState"] = file,
            ["Result"] = active == "failed" ? "exit-code" : "success",
            ["StatusText"] = active == "active" ? "Listening on the test's port" : "",
            ["MainPID"] = pid.ToString(),
            ["NRestarts"] = "0",
        };
        return this;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _listener.Dispose();
        _accepting.Join();
        foreach (Socket connection in _connections)
        {
            connection.Dispose();
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket connection = _listener.Accept();
                _connections.Add(connection);
                new Thread(() => Serve(connection)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private void Serve(Socket connection)
    {
        try
        {
            using NetworkStream stream = new(connection, ownsSocket: true);
            Welcome(stream);
            while (BusFrame.Read(stream) is { } frame)
            {
                if (frame.IsCall)
                {
                    stream.Write(Answer(frame));
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // the client left, or the test is over
        }
    }

    // Whoever can open the socket is welcome.
    private static void Welcome(NetworkStream stream)
    {
        StringBuilder line = new();
        for (int next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
        {
            if (next != '\n')
            {
                line.Append(next is 0 or '\r' ? "" : (char)next);
                continue;
            }

            string said = line.ToString();
            line.Clear();
            if (said == "BEGIN")
            {
                return;
            }

            string answer = said switch
            {
                "AUTH EXTERNAL" => "DATA",
                "NEGOTIATE_UNIX_FD" => "AGREE_UNIX_FD",
                _ => "OK 0123456789abcdef0123456789abcdef", // AUTH EXTERNAL <id>, DATA
            };
            stream.Write(Encoding.ASCII.GetBytes(answer + "\r\n"));
        }
    }

    private byte[] Answer(BusFrame frame)
    {
        string unit = frame.Texts.FirstOrDefault("");
        switch (frame.Member)
        {
            case "Hello":
                return frame.Answer("s", ":1.7");
            case "LoadUnit":
                return frame.Answer("o", "/unit/" + Convert.ToHexString(Encoding.UTF8.GetBytes(unit)));
            case "Get" when frame.Path == JobPath:
                return Interlocked.Increment(ref _looksAtJob) <= LooksUntilDone
                    ? frame.Answer("vs", "running")
                    : frame.Refuse("org.freedesktop.DBus.Error.UnknownObject", "Unknown object");
            case "Get":
                return Property(frame, Encoding.UTF8.GetString(Convert.FromHexString(frame.Path.Split('/')[^1])), frame.Texts[1]);
            case "StartUnit" or "StopUnit" or "RestartUnit" when Refusal is not null:
                return frame.Refuse(Refusal, "no");
            case "StartUnit" or "StopUnit" or "RestartUnit":
                Done.Enqueue($"{frame.Member} {unit}");
                Interlocked.Exchange(ref _looksAtJob, 0);
                Knows(unit, frame.Member == "StopUnit" ? "inactive" : Comes, pid: frame.Member == "StopUnit" ? 0 : 4712);
                return frame.Answer("o", JobPath);
            default:
                return frame.Refuse("org.freedesktop.DBus.Error.UnknownMethod", frame.Member);
        }
    }

    private byte[] Property(BusFrame frame, string unit, string name)
    {
        string value = _units.TryGetValue(unit, out Dictionary<string, string>? properties)
            ? properties[name]
            : name switch { "LoadState" => "not-found", "ActiveState" => "inactive", "SubState" => "dead", "MainPID" or "NRestarts" => "0", _ => "" };
        return frame.Answer(name is "MainPID" or "NRestarts" ? "vu" : "vs", value);
    }
}
