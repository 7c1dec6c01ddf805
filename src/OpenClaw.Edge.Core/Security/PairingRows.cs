using System.Data.Common;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Security;

/// <summary>Rows of the pairing tables to values and back. Lists are stored as lines.</summary>
internal static class PairingRows
{
    // Far above what a house has; a table that holds more was not written by us.
    private const int MaxRows = 10_000;

    public static string Lines(IEnumerable<string> items) => string.Join('\n', items);

    public static string Lines(IReadOnlyDictionary<string, bool> flags) =>
        Lines(flags.Select(flag => (flag.Value ? "+" : "-") + flag.Key));

    public static PairedDevice? Find(EdgeConnection connection, string deviceId) =>
        connection.First(DeviceTable.Find, ReadDevice, deviceId) is { } device ? WithRoles(connection, device) : null;

    public static IReadOnlyList<PairedDevice> All(EdgeConnection connection) =>
        [.. connection.All(DeviceTable.All, ReadDevice, MaxRows).Select(device => WithRoles(connection, device))];

    public static PairingRequest ReadRequest(DbDataReader row) => new(
        row.GetString(0),
        new PairingAsk
        {
            DeviceId = row.GetString(1),
            PublicKey = row.GetString(2),
            Role = row.GetString(3),
            Scopes = Split(row.GetString(4)),
            Platform = row.GetString(5),
            DeviceFamily = Text(row, 6),
            ClientId = row.GetString(7),
            ClientMode = row.GetString(8),
            DisplayName = Text(row, 9),
            RemoteIp = Text(row, 10),
        },
        row.GetInt64(11) != 0,
        row.GetInt64(12));

    public static NodeRequest ReadNodeRequest(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), Surface(row, 2), row.GetInt64(5));

    public static SetupCode ReadSetupCode(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt64(2), Text(row, 3), Text(row, 4), Number(row, 5));

    private static PairedDevice WithRoles(EdgeConnection connection, PairedDevice device) =>
        device with { Roles = connection.All(DeviceTable.Roles, ReadRole, device.DeviceId) };

    private static DeviceRole ReadRole(DbDataReader row) => new(
        row.GetString(0), Split(row.GetString(1)), row.GetString(2), row.GetInt64(3), Number(row, 4), Number(row, 5));

    private static PairedDevice ReadDevice(DbDataReader row) => new()
    {
        DeviceId = row.GetString(0),
        PublicKey = row.GetString(1),
        Platform = row.GetString(2),
        DeviceFamily = Text(row, 3),
        ClientId = row.GetString(4),
        ClientMode = row.GetString(5),
        DisplayName = Text(row, 6),
        Label = Text(row, 7),
        RemoteIp = Text(row, 8),
        ApprovedVia = row.GetString(9),
        CreatedAtMs = row.GetInt64(10),
        ApprovedAtMs = row.GetInt64(11),
        LastSeenAtMs = Number(row, 12),
        LastSeenReason = Text(row, 13),
        Surface = row.IsDBNull(14) ? null : Surface(row, 14),
        SurfaceApprovedAtMs = Number(row, 17),
    };

    private static NodeSurface Surface(DbDataReader row, int first) => new(
        Split(row.GetString(first)),
        Split(row.GetString(first + 1)),
        Split(row.GetString(first + 2)).ToDictionary(line => line[1..], line => line[0] == '+', StringComparer.Ordinal));

    private static string[] Split(string lines) => lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
