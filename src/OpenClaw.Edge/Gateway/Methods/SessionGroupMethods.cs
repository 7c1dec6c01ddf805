using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.groups.*</c>: the named groups that a page sorts sessions into. A session's group is its <c>category</c>; the
/// order of groups and their defaults are kept in <c>settings/session-groups.json</c>.</summary>
internal sealed class SessionGroupMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const string SettingName = "session-groups";
    private const int MaxGroups = 200;

    private readonly KeptSettings _settings = new(runtime.Paths);
    private readonly Lock _writing = new();

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("sessions.groups.list", OperatorScopes.Read, "", _ => MethodReply.Object(json => WriteGroups(json, Read()))),
        MethodEntry.Of("sessions.groups.defaults", OperatorScopes.Write, "", _ => MethodReply.Object(json => WriteDefaults(json, Read()))),
        new("sessions.groups.put", OperatorScopes.Write, "names!:strs sectionOrder:strs", (call, _) => ChangeAsync(() => Task.FromResult(Put(call)))),
        new("sessions.groups.rename", OperatorScopes.Write, "name!:str1(512) to!:str1(512)", (call, cancel) => ChangeAsync(() => RenameAsync(call, cancel))),
        new("sessions.groups.update", OperatorScopes.Write, "name!:str1(512) cwd!:str1? worktree!:bool", (call, _) => ChangeAsync(() => Task.FromResult(Update(call)))),
        new("sessions.groups.delete", OperatorScopes.Write, "name!:str1(512)", (call, cancel) => ChangeAsync(() => DeleteAsync(call, cancel))),
    ];

    private async ValueTask<MethodReply> ChangeAsync(Func<Task<MethodReply>> change)
    {
        try
        {
            MethodReply reply = await change();
            if (reply.Error is null)
            {
                sessions.Refetch("groups");
            }

            return reply;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return MethodReply.Fail(GatewayError.Unavailable($"{_settings.PathOf(SettingName)} cannot be written: {unwritable.Message}"));
        }
    }

    private MethodReply Put(MethodCall call)
    {
        string[] names = [.. call.Params.GetProperty("names").EnumerateArray().Select(name => name.GetString()!.Trim()).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];
        if (names.Length > MaxGroups || names.Any(name => name.Length > 512))
        {
            return MethodReply.Invalid($"invalid sessions.groups.put params: at /names: at most {MaxGroups} names of 512 characters");
        }

        (string Name, int Count)[] lost = [.. Members().GroupBy(row => CategoryOf(row)!, StringComparer.Ordinal)
            .Where(group => !names.Contains(group.Key, StringComparer.Ordinal)).Select(group => (group.Key, group.Count()))];
        if (lost.Length > 0)
        {
            return MethodReply.Invalid(
                $"sessions.groups.put cannot drop groups that still have member sessions: {string.Join(", ", lost.Select(group => $"\"{group.Name}\" ({group.Count})"))}; include them in names or remove them via sessions.groups.delete");
        }

        string[]? order = call.Params.TryGetProperty("sectionOrder", out JsonElement sections)
            ? [.. sections.EnumerateArray().Select(section => section.GetString()!).Take(MaxGroups)]
            : null;
        return Saved(before => new SessionGroups(
            [.. names.Select(name => before.Groups.FirstOrDefault(group => group.Name == name) ?? new SessionGroup(name, null, false))],
            order ?? before.SectionOrder));
    }

    private async Task<MethodReply> RenameAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string name = call.Text("name")!.Trim();
        string to = call.Text("to")!.Trim();
        if (Read().Groups.All(group => group.Name != name))
        {
            return Unknown(name);
        }

        if (to.Length == 0)
        {
            return MethodReply.Invalid("session group name must not be empty");
        }

        int changed = await MoveAsync(name, to, cancellationToken);
        return Saved(
            before => before with
            {
                Groups = [.. before.Groups.Where(group => group.Name != to || name == to).Select(group => group.Name == name ? group with { Name = to } : group)],
            },
            changed);
    }

    private MethodReply Update(MethodCall call)
    {
        string name = call.Text("name")!.Trim();
        string? folder = call.Text("cwd");
        if (folder is not null && !Path.IsPathRooted(folder))
        {
            return MethodReply.Invalid("session group cwd must be absolute");
        }

        if (folder is not null && !call.Connection.Grant!.IsAdmin)
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (Read().Groups.All(group => group.Name != name))
        {
            return Unknown(name);
        }

        SessionGroups after = Write(before => before with
        {
            Groups = [.. before.Groups.Select(group => group.Name == name ? new SessionGroup(name, folder, call.Flag("worktree")) : group)],
        });
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            WriteDefaults(json, after);
        });
    }

    private async Task<MethodReply> DeleteAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string name = call.Text("name")!.Trim();
        int changed = await MoveAsync(name, null, cancellationToken);
        return Saved(before => before with { Groups = [.. before.Groups.Where(group => group.Name != name)] }, changed);
    }

    private async Task<int> MoveAsync(string from, string? to, CancellationToken cancellationToken)
    {
        SessionRow[] members = [.. Members().Where(row => CategoryOf(row) == from)];
        JsonElement? category = to is null ? null : TextElement(to);
        foreach (SessionRow row in members)
        {
            var patch = new SessionPatch { Extra = new Dictionary<string, JsonElement?>(StringComparer.Ordinal) { ["category"] = category } };
            await runtime.Sessions.PatchAsync(row.Key, patch, cancellationToken);
        }

        return members.Length;
    }

    private static JsonElement TextElement(string text)
    {
        var reader = new Utf8JsonReader(FrameWriter.Value(json => json.WriteStringValue(text)));
        return JsonElement.ParseValue(ref reader);
    }

    private static MethodReply Unknown(string name) => MethodReply.Invalid($"unknown session group: {name}");

    private MethodReply Saved(Func<SessionGroups, SessionGroups> change, int? updated = null)
    {
        SessionGroups groups = Write(change);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            WriteGroups(json, groups);
            if (updated is { } count)
            {
                json.WriteNumber("updatedSessions"u8, count);
            }
        });
    }

    // A category that somebody set by hand is a group, too.
    private SessionGroups Read()
    {
        SessionGroups kept = SessionGroups.Read(_settings.Read(SettingName));
        IEnumerable<SessionGroup> others = Members().Select(row => CategoryOf(row)!).Distinct(StringComparer.Ordinal)
            .Where(name => kept.Groups.All(group => group.Name != name)).Select(name => new SessionGroup(name, null, false));
        return kept with { Groups = [.. kept.Groups, .. others] };
    }

    private SessionGroups Write(Func<SessionGroups, SessionGroups> change)
    {
        lock (_writing)
        {
            SessionGroups groups = change(Read());
            _settings.Write(SettingName, FrameWriter.Value(groups.Write));
            return groups;
        }
    }

    private IEnumerable<SessionRow> Members()
    {
        int? offset = 0;
        while (offset is { } from)
        {
            SessionPage page = runtime.Sessions.List(new SessionQuery { Archived = null, Limit = SessionQuery.MaxLimit, Offset = from });
            foreach (SessionRow row in page.Rows)
            {
                if (CategoryOf(row) is not null)
                {
                    yield return row;
                }
            }

            offset = page.NextOffset;
        }
    }

    private static string? CategoryOf(SessionRow row) =>
        row.Extra is { ValueKind: JsonValueKind.Object } extra
        && extra.TryGetProperty("category", out JsonElement category)
        && category.ValueKind == JsonValueKind.String
        && category.GetString() is { Length: > 0 } name
            ? name
            : null;

    private static void WriteGroups(Utf8JsonWriter json, SessionGroups groups)
    {
        json.WriteStartArray("groups"u8);
        for (int position = 0; position < groups.Groups.Length; position++)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, groups.Groups[position].Name);
            json.WriteNumber("position"u8, position);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteTexts("sectionOrder"u8, groups.SectionOrder);
    }

    private static void WriteDefaults(Utf8JsonWriter json, SessionGroups groups)
    {
        json.WritePropertyName("defaults"u8);
        groups.WriteDefaults(json);
    }
}
