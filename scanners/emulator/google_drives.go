package emulator

const driveKnown = "backgroundImageFile,backgroundImageLink,capabilities,colorRgb,createdTime,hidden,id,kind,name,orgUnitId,restrictions,themeId"

// drives answers drive.drives.list: the shared drives of the caller or, for an administrator who asks for it, of the whole domain.
func (g *google) drives(c *call) (any, error) {
	size, err := c.size("pageSize", 10, 100)
	if err != nil {
		return nil, err
	}
	domain := c.is("useDomainAdminAccess")
	if domain && !g.administrator(c.who) {
		return nil, forbidden()
	}
	who := c.who.ID
	if domain {
		who = ""
	}
	v := g.viewer(c.who)
	var all []object
	for _, p := range g.World.sharedDrives(who) {
		if domain || v.includesAny(p.Members) {
			all = append(all, driveObject(p, domain))
		}
	}
	return g.pageOf(c, "drive#driveList", "drives", all, size)
}

// drive answers drive.drives.get.
func (g *google) drive(c *call) (any, error) {
	id := c.PathValue("drive")
	if c.is("useDomainAdminAccess") && g.administrator(c.who) {
		if p, ok := g.World.Place(id); ok && p.Kind == KindSharedDrive {
			return driveObject(p, true), nil
		}
	}
	p, err := g.sharedDrive(c, id)
	return driveObject(p, false), err
}

// driveObject shows a shared drive. Its organisational unit is for administrators.
func driveObject(p Place, domain bool) object {
	o := object{
		"kind": "drive#drive", "id": p.ID, "name": p.Name, "createdTime": googleTime(p.Created), "hidden": false, "colorRgb": "#1b5e6f",
		"restrictions": object{"adminManagedRestrictions": false, "copyRequiresWriterPermission": false, "domainUsersOnly": true, "driveMembersOnly": false},
	}
	if domain {
		o["orgUnitId"] = "03ph8a2z" + guid("orgunit", "/")[:8]
	}
	return o
}
