// The header of a street's page is that of an agency's, with the name of the sub-centre.
export { mend } from "../agency/agency_header.js";
