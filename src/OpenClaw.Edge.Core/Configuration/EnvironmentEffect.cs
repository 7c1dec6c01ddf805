namespace OpenClaw.Edge.Configuration;

/// <summary>What a variable does here.</summary>
public enum EnvironmentEffect
{
    /// <summary>It is read under this name.</summary>
    Used = 1,

    /// <summary>It is read as another name of something.</summary>
    Alias,

    /// <summary>It is accepted and does nothing.</summary>
    Ignored,

    /// <summary>It asks for something that this edition refuses.</summary>
    Refused,
}
