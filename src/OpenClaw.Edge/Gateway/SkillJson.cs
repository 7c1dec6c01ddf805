using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Skills;

namespace OpenClaw.Edge.Gateway;

/// <summary>Skills on the wire. Source: docs/protocol.md, <c>skills.status</c>; <c>hash</c>, <c>held</c>, <c>acceptedHash</c> and
/// <c>findings</c> are ours.</summary>
internal static class SkillJson
{
    /// <summary>Writes one skill.</summary>
    public static void Write(Utf8JsonWriter json, SkillState state)
    {
        Skill skill = state.Skill;
        SkillManifest manifest = skill.Manifest;
        json.WriteStartObject();
        json.WriteString("name"u8, manifest.Name);
        json.WriteString("description"u8, manifest.Description);
        json.WriteString("source"u8, skill.Source);
        json.WriteBoolean("bundled"u8, skill.IsBundled);
        json.WriteString("filePath"u8, skill.FilePath);
        json.WriteString("baseDir"u8, skill.Folder);
        json.WriteString("skillKey"u8, manifest.Key);
        WriteText(json, "primaryEnv", manifest.PrimaryEnv);
        WriteText(json, "emoji", manifest.Emoji);
        WriteText(json, "homepage", manifest.Homepage);
        json.WriteBoolean("always"u8, manifest.Always);
        json.WriteBoolean("disabled"u8, state.Disabled);
        json.WriteBoolean("blockedByAllowlist"u8, state.BlockedByAllowlist);
        json.WriteBoolean("blockedByAgentFilter"u8, state.BlockedByAgent);
        json.WriteBoolean("eligible"u8, state.Eligible);
        json.WriteBoolean("platformIncompatible"u8, state.Missing.Os.Count > 0);
        json.WriteBoolean("modelVisible"u8, state.ModelVisible);
        json.WriteBoolean("userInvocable"u8, manifest.UserInvocable);
        json.WriteBoolean("commandVisible"u8, state.Available && manifest.UserInvocable);
        WriteNeeds(json, "requirements", manifest.Requires);
        WriteNeeds(json, "missing", state.Missing);
        WriteChecks(json, manifest.Requires, state.Missing);
        WriteInstall(json, manifest);
        json.WriteString("hash"u8, skill.Hash);
        json.WriteBoolean("held"u8, state.Held);
        WriteText(json, "acceptedHash", state.AcceptedHash);
        WriteFindings(json, skill);
        json.WriteEndObject();
    }

    /// <summary>Writes folders that are no skills.</summary>
    public static void WriteProblems(Utf8JsonWriter json, IReadOnlyList<SkillProblem> problems)
    {
        json.WriteStartArray("problems"u8);
        foreach (SkillProblem problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, problem.Path);
            json.WriteString("message"u8, problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the settings of a skill, without its secrets; an empty object when it has none.</summary>
    public static void WriteEntry(Utf8JsonWriter json, ConfigSnapshot snapshot, string key)
    {
        Utf8JsonReader reader = new(snapshot.Json.Span);
        JsonElement at = JsonElement.ParseValue(ref reader);
        bool found = true;
        foreach (string step in (ReadOnlySpan<string>)["skills", "entries", key])
        {
            found = found && at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out at);
        }

        json.WritePropertyName("config"u8);
        json.WriteRawValue(found ? ConfigRedaction.Redact(System.Text.Encoding.UTF8.GetBytes(at.GetRawText())) : "{}"u8, skipInputValidation: true);
    }

    private static void WriteChecks(Utf8JsonWriter json, SkillNeeds needs, SkillNeeds missing)
    {
        json.WriteStartArray("configChecks"u8);
        foreach (string path in needs.Config)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
            json.WriteBoolean("satisfied"u8, !missing.Config.Contains(path));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInstall(Utf8JsonWriter json, SkillManifest manifest)
    {
        json.WriteStartArray("install"u8);
        foreach (SkillInstall way in manifest.Install)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, way.Id);
            json.WriteString("kind"u8, way.Kind);
            json.WriteString("label"u8, way.Label);
            json.WriteTexts("bins", way.Bins);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFindings(Utf8JsonWriter json, Skill skill)
    {
        json.WriteStartArray("findings"u8);
        foreach (SkillFinding finding in skill.Findings)
        {
            json.WriteStartObject();
            json.WriteString("ruleId"u8, finding.Rule);
            json.WriteString("severity"u8, finding.Critical ? "critical" : "warn");
            json.WriteString("file"u8, finding.File);
            json.WriteNumber("line"u8, finding.Line);
            json.WriteString("evidence"u8, finding.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNeeds(Utf8JsonWriter json, string name, SkillNeeds needs)
    {
        json.WriteStartObject(name);
        json.WriteTexts("bins", needs.Bins);
        json.WriteTexts("anyBins", needs.AnyBins);
        json.WriteTexts("env", needs.Env);
        json.WriteTexts("config", needs.Config);
        json.WriteTexts("os", needs.Os);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
