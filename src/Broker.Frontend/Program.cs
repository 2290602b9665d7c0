using Broker.Core.Directory;
using Broker.Core.Settings;
using Broker.Core.Telemetry;
using Broker.Frontend.Access;
using Broker.Frontend.Audit;
using Broker.Frontend.Backups;
using Broker.Frontend.ClientNetworks;
using Broker.Frontend.Desktops;
using Broker.Frontend.Devices;
using Broker.Frontend.Displays;
using Broker.Frontend.Domains;
using Broker.Frontend.Events;
using Broker.Frontend.Health;
using Broker.Frontend.Guests;
using Broker.Frontend.Hosting;
using Broker.Frontend.Library;
using Broker.Frontend.Messages;
using Broker.Frontend.Nodes;
using Broker.Frontend.Pools;
using Broker.Frontend.Schedules;
using Broker.Frontend.Requests;
using Broker.Frontend.Settings;
using Broker.Frontend.SignIn;
using Broker.Frontend.SignIn.OpenId;
using Broker.Frontend.Snapshots;
using Broker.Frontend.Users;

FrontEndSettings settings;
Certificate? certificate;
OpenIdSettings openId;
string openIdSecret;
LdapDirectory directory;
try
{
    settings = SettingsFile.Read<FrontEndSettings>(SettingsFile.Named(args), Environment.GetEnvironmentVariable);
    certificate = Certificate.Read(settings);
    openId = SettingsFile.ReadSection<OpenIdSettings>(SettingsFile.Named(args), Environment.GetEnvironmentVariable);
    openIdSecret = OpenIdEndpoints.ReadSecret(openId);
    directory = new LdapDirectory(SettingsFile.ReadSection<LdapSettings>(SettingsFile.Named(args), Environment.GetEnvironmentVariable), TimeProvider.System);
}
catch (SettingsException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddTelemetry("broker-frontend", settings);
builder.AddServer(settings, certificate);
builder.AddSignIn(directory);
builder.AddOpenId(openId, openIdSecret);
builder.AddCallerRules();
builder.AddEvents();
builder.AddDisplays();
builder.Services.AddSingleton<Uploads>();
builder.AddApiDescription();

var app = builder.Build();
app.UseServer(settings);
app.MapSession();
app.MapOwnAccount();
app.MapSecondFactor();
app.MapSessions();
app.MapTokens();
app.MapOpenId();
app.MapFirstAdmin();
app.MapDesktops();
app.MapGuests();
app.MapDomains();
app.MapDevices();
app.MapPools();
app.MapBackups();
app.MapSharing();
app.MapAccess();
app.MapSnapshots();
app.MapDisplays();
app.MapRequests();
app.MapMessages();
app.MapLibrary();
app.MapNodes();
app.MapSettings();
app.MapClientNetworks();
app.MapUsers();
app.MapUserSignIn();
app.MapDirectoryGroups();
app.MapUploads();
app.MapAudit();
app.MapSchedules();
app.MapEvents();
app.MapHealth(settings);
app.MapSystemHealth();
app.MapApiDescription();
app.MapPortalPage(settings);
await app.RunAsync();
return 0;
