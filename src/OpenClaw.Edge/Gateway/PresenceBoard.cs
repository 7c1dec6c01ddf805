using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using OpenClaw.Edge.Diagnostics;

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
    private long _version;

    /// <summary>Grows with each change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Notes an arrival; true when the list has changed.</summary>
    public bool Joined(ConnectionGrant grant) => Changed(grant);

    /// <summary>Notes a departure; true when the list has changed.</summary>
    public bool Left(ConnectionGrant grant) => Changed(grant);

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
        foreach (GatewayConnection connection in registry.Ready)
        {
            if (connection.Grant is { Client.IsEphemeral: false } grant)
            {
                WriteClient(json, connection, grant);
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

    private static void WriteClient(Utf8JsonWriter json, GatewayConnection connection, ConnectionGrant grant)
    {
        json.WriteStartObject();
        json.WriteString("host"u8, grant.Client.DisplayName ?? grant.Client.Id);
        json.WriteString("clientId"u8, grant.Client.Id);
        if (!IPAddress.IsLoopback(connection.Peer.Client))
        {
            json.WriteString("ip"u8, connection.Peer.Client.ToString());
        }

        json.WriteString("version"u8, grant.Client.Version);
        json.WriteString("platform"u8, grant.Client.Platform);
        Optional(json, "deviceFamily", grant.Client.DeviceFamily);
        Optional(json, "modelIdentifier", grant.Client.ModelIdentifier);
        Optional(json, "timeZone", grant.Client.TimeZone);
        json.WriteString("mode"u8, grant.Client.Mode);
        json.WriteString("reason"u8, "connect"u8);
        Optional(json, "deviceId", grant.DeviceId);
        json.WriteStartArray("roles"u8);
        json.WriteStringValue(grant.Role);
        json.WriteEndArray();
        json.WriteStartArray("scopes"u8);
        foreach (string scope in grant.Scopes.Names)
        {
            json.WriteStringValue(scope);
        }

        json.WriteEndArray();
        json.WriteString("instanceId"u8, grant.Client.InstanceId ?? connection.Id);
        if (connection.Subscriptions.Watched is { Count: > 0 } watched)
        {
            PairingJson.WriteList(json, "watchedSessions", watched);
        }

        json.WriteNumber("onlineSince"u8, grant.SinceMs);
        json.WriteNumber("ts"u8, grant.SinceMs);
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
