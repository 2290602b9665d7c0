using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// What the agent in a guest says and does. All of it fails with <see cref="ErrorNumber.ArgumentUnsupported"/> where the domain has no channel for an agent,
/// with <see cref="ErrorNumber.AgentUnresponsive"/> where nobody is on it, and with <see cref="ErrorNumber.OperationInvalid"/> where it doesn't run.
/// </summary>
public sealed unsafe partial class Domain
{
    /// <summary>What the agent says of the guest. (virDomainGetGuestInfo)</summary>
    /// <param name="types">Groups; 0 is all that the agent has. One that was asked for and isn't known is an error.</param>
    public DomainGuestInfo GetGuestInfo(DomainGuestInfoTypes types = default)
    {
        using var self = Handle.Use();
        virTypedParameter* list = null;
        var count = 0;
        Check(virDomainGetGuestInfo(self.Pointer, types, &list, &count, 0));
        try
        {
            return DomainGuestInfo.Read(new(list, count));
        }
        finally
        {
            virTypedParamsFree(list, count);
        }
    }

    /// <summary>The same as <see cref="GetGuestInfo"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="types">Groups; 0 is all that the agent has.</param>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task<DomainGuestInfo> GetGuestInfoAsync(DomainGuestInfoTypes types = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => GetGuestInfo(types), cancellationToken);

    /// <summary>The guest's mounted file systems, and the disks they are on. (virDomainGetFSInfo)</summary>
    public IReadOnlyList<DomainFSInfo> GetFSInfo()
    {
        using var self = Handle.Use();
        virDomainFSInfo** list;
        var count = Check(virDomainGetFSInfo(self.Pointer, &list, 0));
        try
        {
            var infos = new DomainFSInfo[count];
            for (var i = 0; i < count; i++)
            {
                var aliases = new string[list[i]->ndevAlias];
                for (var a = 0; a < aliases.Length; a++)
                    aliases[a] = Text.Copy(list[i]->devAlias[a])!;
                infos[i] = new(Text.Copy(list[i]->mountpoint)!, Text.Copy(list[i]->name)!, Text.Copy(list[i]->fstype)!, aliases);
            }
            return infos;
        }
        finally
        {
            for (var i = 0; i < count; i++)
                virDomainFSInfoFree(list[i]);
            NativeMemory.Free(list);
        }
    }

    /// <summary>The same as <see cref="GetFSInfo"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task<IReadOnlyList<DomainFSInfo>> GetFSInfoAsync(CancellationToken cancellationToken = default) => Handle.Calls.Run(GetFSInfo, cancellationToken);

    /// <summary>Stops writing to file systems, so that a copy of the disks is whole, until <see cref="FSThaw"/>. (virDomainFSFreeze)</summary>
    /// <param name="mountpoints">Which; null is all.</param>
    /// <returns>How many were frozen.</returns>
    public int FSFreeze(IReadOnlyCollection<string>? mountpoints = null)
    {
        using var self = Handle.Use();
        using var texts = new Texts(mountpoints);
        return Check(virDomainFSFreeze(self.Pointer, texts.Pointer, (uint)texts.Count, 0));
    }

    /// <summary>The same as <see cref="FSFreeze"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="mountpoints">Which; null is all.</param>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task<int> FSFreezeAsync(IReadOnlyCollection<string>? mountpoints = null, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => FSFreeze(mountpoints), cancellationToken);

    /// <summary>Lets file systems be written again. (virDomainFSThaw)</summary>
    /// <param name="mountpoints">Which; null is all that are frozen.</param>
    /// <returns>How many were thawed.</returns>
    public int FSThaw(IReadOnlyCollection<string>? mountpoints = null)
    {
        using var self = Handle.Use();
        using var texts = new Texts(mountpoints);
        return Check(virDomainFSThaw(self.Pointer, texts.Pointer, (uint)texts.Count, 0));
    }

    /// <summary>The same as <see cref="FSThaw"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="mountpoints">Which; null is all that are frozen.</param>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task<int> FSThawAsync(IReadOnlyCollection<string>? mountpoints = null, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => FSThaw(mountpoints), cancellationToken);

    /// <summary>What the guest's clock says, to the tenth of a microsecond. (virDomainGetTime)</summary>
    public DateTimeOffset GetTime()
    {
        using var self = Handle.Use();
        long seconds;
        uint nanoseconds;
        Check(virDomainGetTime(self.Pointer, &seconds, &nanoseconds, 0));
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>The same as <see cref="GetTime"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) => Handle.Calls.Run(GetTime, cancellationToken);

    /// <summary>Sets the guest's clock. (virDomainSetTime)</summary>
    /// <param name="time">What to; not read with <see cref="DomainSetTimeFlags.TimeSync"/>.</param>
    /// <param name="flags">Whether the guest takes the time of its hardware clock instead.</param>
    public void SetTime(DateTimeOffset time, DomainSetTimeFlags flags = default)
    {
        using var self = Handle.Use();
        var seconds = time.ToUnixTimeSeconds();         // the whole ones before it, before 1970 too
        var ticks = (time - DateTimeOffset.FromUnixTimeSeconds(seconds)).Ticks;
        Check(virDomainSetTime(self.Pointer, seconds, (uint)(ticks * TimeSpan.NanosecondsPerTick), flags));
    }

    /// <summary>The same as <see cref="SetTime"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="time">What to.</param>
    /// <param name="flags">Whether the guest takes the time of its hardware clock instead.</param>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task SetTimeAsync(DateTimeOffset time, DomainSetTimeFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => SetTime(time, flags), cancellationToken);

    /// <summary>The public keys that let in as a user of the guest. (virDomainAuthorizedSSHKeysGet)</summary>
    /// <param name="user">The user's name in the guest.</param>
    public IReadOnlyList<string> AuthorizedSSHKeysGet(string user)
    {
        using var self = Handle.Use();
        using var text = new Text(user);
        byte** keys;
        var count = Check(virDomainAuthorizedSSHKeysGet(self.Pointer, text.Pointer, &keys, 0));
        return Texts.Take(keys, count);
    }

    /// <summary>The same as <see cref="AuthorizedSSHKeysGet"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="user">The user's name in the guest.</param>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task<IReadOnlyList<string>> AuthorizedSSHKeysGetAsync(string user, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => AuthorizedSSHKeysGet(user), cancellationToken);

    /// <summary>Says which public keys let in as a user of the guest. (virDomainAuthorizedSSHKeysSet)</summary>
    /// <param name="user">The user's name in the guest.</param>
    /// <param name="keys">In OpenSSH's form.</param>
    /// <param name="flags">Whether they are added or taken away; else they are all there are.</param>
    public void AuthorizedSSHKeysSet(string user, IReadOnlyCollection<string> keys, DomainAuthorizedSSHKeysSetFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(user);
        using var texts = new Texts(keys);
        Check(virDomainAuthorizedSSHKeysSet(self.Pointer, text.Pointer, texts.Count == 0 ? null : texts.Pointer, (uint)texts.Count, flags));
    }

    /// <summary>The same as <see cref="AuthorizedSSHKeysSet"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="user">The user's name in the guest.</param>
    /// <param name="keys">In OpenSSH's form.</param>
    /// <param name="flags">Whether they are added or taken away; else they are all there are.</param>
    /// <param name="cancellationToken">Ends the wait; a call that has begun goes on.</param>
    public Task AuthorizedSSHKeysSetAsync(
        string user, IReadOnlyCollection<string> keys, DomainAuthorizedSSHKeysSetFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => AuthorizedSSHKeysSet(user, keys, flags), cancellationToken);

    /// <summary>
    /// What there is to say against a domain: that it uses what libvirt will drop, or that its security is weakened. Needs no agent. (virDomainGetMessages)
    /// </summary>
    /// <param name="flags">Which kinds; 0 is all.</param>
    public IReadOnlyList<string> GetMessages(DomainMessageType flags = default)
    {
        using var self = Handle.Use();
        byte** messages;
        var count = Check(virDomainGetMessages(self.Pointer, &messages, flags));
        return Texts.Take(messages, count);
    }
}

/// <summary>A mounted file system of a guest. (virDomainFSInfo)</summary>
/// <param name="Mountpoint">Where it is mounted.</param>
/// <param name="Name">Its device in the guest, such as <c>sda1</c>.</param>
/// <param name="Fstype">Its kind.</param>
/// <param name="DevAlias">The targets of the disks it is on, such as <c>vda</c>.</param>
public sealed record DomainFSInfo(string Mountpoint, string Name, string Fstype, IReadOnlyList<string> DevAlias);
