using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>Who is behind a connection, as clients know people: the owner of the gateway, the only one there is, or whom a proxy names.
/// Source: docs/protocol.md, sessions.</summary>
internal static class ProfileJson
{
    /// <summary>Id of the owner's profile; the original's.</summary>
    public const string OwnerId = "gateway-owner";

    // A picture without a request: pages show it where a person's face would be.
    private const string Avatar =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%23667'/%3E%3C/svg%3E";

    /// <summary>Writes the member.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="proxied">Whom a proxy names; null for the owner.</param>
    public static void WriteOwner(Utf8JsonWriter json, string name, string? proxied)
    {
        string id = proxied ?? OwnerId;
        json.WriteStartObject(name);
        json.WriteString("id"u8, id);
        WriteIdentity(json, id);
        PairingJson.WriteOptional(json, "name", proxied);
        json.WriteString("avatarUrl"u8, Avatar);
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>identity</c>.</summary>
    public static void WriteIdentity(Utf8JsonWriter json, string id = OwnerId)
    {
        json.WriteStartObject("identity"u8);
        json.WriteString("type"u8, "profile"u8);
        json.WriteString("id"u8, id);
        json.WriteEndObject();
    }
}
