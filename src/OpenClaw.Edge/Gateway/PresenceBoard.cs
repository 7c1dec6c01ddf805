using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Who is here: the gateway itself first, then every client that is not ephemeral. Thread-safe.</summary>
internal sealed class PresenceBoard(ConnectionRegistry registry, TimeProvider time)
{
    private const int MaxNotes = 200;
    private const long NoteLifeMs = 300_000; // the original's

    private readonly string _instanceId = Guid.NewGuid().ToString();
    private readonly string _platform = $"linux {Environment.OSVersion.Version.ToString(2)}";
    private readonly Lazy<string?> _address = new(FindAddress);
    private readonly Lock _gate = new();
    private readonly List<PresenceNote> _notes = [];
    private readonly List<PresenceGone> _gone = [];
    private long _version;

    /// <summary>Grows with each change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Notes an arrival; true when the list has changed.</summary>
    public bool Joined(ConnectionGrant grant) => Changed(grant);

    /// <summary>Notes a departure; true when the list has changed. Who has gone is listed for five minutes more.</summary>
    public bool Left(GatewayConnection connection)
    {
        ConnectionGrant grant = connection.Grant!;
        if (!Changed(grant))
        {
            return false;
        }

        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        string key = KeyOf(grant, connection.Id);
        lock (_gate)
        {
            _gone.RemoveAll(other => other.Key == key || other.AtMs < now - NoteLifeMs);
            if (_gone.Count >= MaxNotes)
            {
                _gone.RemoveAt(0);
            }

            _gone.Add(new PresenceGone(key, connection.Id, AddressOf(connection), grant, now));
        }

        return true;
    }

    /// <summary>Keeps what a machine tells about itself; for five minutes, or until it tells again.</summary>
    public void Note(PresenceNote note)
    {
        lock (_gate)
        {
            _notes.RemoveAll(other => other.Key == note.Key || other.AtMs < note.AtMs - NoteLifeMs);
            if (_notes.Count >= MaxNotes)
            {
                _notes.RemoveAt(0);
            }

            _notes.Add(note);
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>Writes the array of presence entries.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        WriteSelf(json);
        HashSet<string> here = new(StringComparer.Ordinal);
        foreach (GatewayConnection connection in registry.Ready)
        {
            if (connection.Grant is { Client.IsEphemeral: false } grant)
            {
                here.Add(KeyOf(grant, connection.Id));
                WriteClient(json, connection.Id, AddressOf(connection), grant, goneAtMs: null, connection.Subscriptions.Watched);
            }
        }

        foreach (PresenceGone gone in Gone())
        {
            if (!here.Contains(gone.Key))
            {
                WriteClient(json, gone.ConnectionId, gone.Address, gone.Grant, gone.AtMs, watched: null);
            }
        }

        foreach (PresenceNote note in Notes())
        {
            json.WriteStartObject();
            json.WriteString("text"u8, note.Text);
            json.WriteNumber("ts"u8, note.AtMs);
            foreach (JsonProperty member in note.Members)
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private PresenceNote[] Notes()
    {
        long old = time.GetUtcNow().ToUnixTimeMilliseconds() - NoteLifeMs;
        lock (_gate)
        {
            return _notes.Count == 0 ? [] : [.. _notes.Where(note => note.AtMs >= old)];
        }
    }

    private PresenceGone[] Gone()
    {
        long old = time.GetUtcNow().ToUnixTimeMilliseconds() - NoteLifeMs;
        lock (_gate)
        {
            return _gone.Count == 0 ? [] : [.. _gone.Where(gone => gone.AtMs >= old)];
        }
    }

    private static string KeyOf(ConnectionGrant grant, string connectionId) =>
        grant.Client.InstanceId ?? (grant.DeviceId is { } device ? $"{device}:{grant.Role}" : connectionId);

    private static string? AddressOf(GatewayConnection connection) =>
        IPAddress.IsLoopback(connection.Peer.Client) ? null : connection.Peer.Client.ToString();

    private bool Changed(ConnectionGrant grant)
    {
        if (grant.Client.IsEphemeral)
        {
            return false;
        }

        Interlocked.Increment(ref _version);
        return true;
    }

    private void WriteSelf(Utf8JsonWriter json)
    {
        string host = Environment.MachineName;
        string place = _address.Value is { } ip ? $"{host} ({ip})" : host;
        json.WriteStartObject();
        json.WriteString("host"u8, host);
        if (_address.Value is { } address)
        {
            json.WriteString("ip"u8, address);
        }

        json.WriteString("version"u8, EdgeVersion.Compatible);
        json.WriteString("platform"u8, _platform);
        json.WriteString("deviceFamily"u8, "Linux"u8);
        json.WriteString("mode"u8, "gateway"u8);
        json.WriteString("reason"u8, "self"u8);
        json.WriteString("instanceId"u8, _instanceId);
        json.WriteString(
            "text"u8,
            $"Gateway: {place} · app {EdgeVersion.Compatible} · mode gateway · reason self");
        json.WriteNumber("ts"u8, time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    private static void WriteClient(
        Utf8JsonWriter json, string connectionId, string? address, ConnectionGrant grant, long? goneAtMs, IReadOnlyCollection<string>? watched)
    {
        json.WriteStartObject();
        json.WriteString("host"u8, grant.Client.DisplayName ?? grant.Client.Id);
        json.WriteString("clientId"u8, grant.Client.Id);
        Optional(json, "ip", address);
        json.WriteString("version"u8, grant.Client.Version);
        json.WriteString("platform"u8, grant.Client.Platform);
        Optional(json, "deviceFamily", grant.Client.DeviceFamily);
        Optional(json, "modelIdentifier", grant.Client.ModelIdentifier);
        Optional(json, "timeZone", grant.Client.TimeZone);
        json.WriteString("mode"u8, grant.Client.Mode);
        json.WriteString("reason"u8, goneAtMs is null ? "connect"u8 : "disconnect"u8);
        Optional(json, "deviceId", grant.DeviceId);
        json.WriteTexts("roles", [grant.Role]);
        if (grant.Scopes.Names.Count > 0)
        {
            json.WriteTexts("scopes", grant.Scopes.Names);
        }

        json.WriteString("instanceId"u8, grant.Client.InstanceId ?? grant.DeviceId ?? connectionId);
        json.WriteString("text"u8, $"Node: {grant.Client.DisplayName ?? "unknown"} · mode {grant.Client.Mode}");
        if (!grant.IsNode)
        {
            ProfileJson.WriteOwner(json, "user", grant.User);
        }

        if (watched is { Count: > 0 })
        {
            json.WriteTexts("watchedSessions", watched);
        }

        json.WriteNumber("onlineSince"u8, grant.SinceMs);
        json.WriteNumber("ts"u8, goneAtMs ?? grant.SinceMs);
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static string? FindAddress()
    {
        try
        {
            foreach (NetworkInterface network in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (network.OperationalStatus != OperationalStatus.Up
                    || network.NetworkInterfaceType == NetworkInterfaceType.Loopback)
                {
                    continue;
                }

                foreach (UnicastIPAddressInformation address in network.GetIPProperties().UnicastAddresses)
                {
                    if (address.Address.AddressFamily == AddressFamily.InterNetwork)
                    {
                        return address.Address.ToString();
                    }
                }
            }
        }
        catch (NetworkInformationException)
        {
            // a sandbox may hide the interfaces; the entry does without an address
        }

        return null;
    }
}
